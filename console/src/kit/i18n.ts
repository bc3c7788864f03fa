// Texts of the console. The English text is the key, so that code reads as the page does; a
// catalogue per language lies in `languages/` and is loaded before the first render.
import i18next from 'i18next';

const english = {
  '{{count}} rows_one': '{{count}} row',
  '{{count}} rows_other': '{{count}} rows',
  '{{count}} tables_one': '{{count}} table',
  '{{count}} tables_other': '{{count}} tables',
  '{{count}} columns_one': '{{count}} column',
  '{{count}} columns_other': '{{count}} columns',
  '{{count}} objects_one': '{{count}} object',
  '{{count}} objects_other': '{{count}} objects',
  '{{count}} selected_one': '{{count}} selected',
  '{{count}} selected_other': '{{count}} selected',
  '{{count}} queries_one': '{{count}} query',
  '{{count}} queries_other': '{{count}} queries',
  '{{count}} functions_one': '{{count}} function',
  '{{count}} functions_other': '{{count}} functions',
  '{{count}} connections_one': '{{count}} connection',
  '{{count}} connections_other': '{{count}} connections',
  '{{count}} filters_one': '{{count}} filter',
  '{{count}} filters_other': '{{count}} filters',
  '{{count}} relationships_one': '{{count}} relationship',
  '{{count}} relationships_other': '{{count}} relationships',
};

void i18next.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: { en: { translation: english } },
  keySeparator: false,
  nsSeparator: false,
  // React escapes what it shows.
  interpolation: { escapeValue: false },
  initAsync: false,
});

/** The text in the language of the page; `{{name}}` is replaced by the value of that name. */
export function t(text: string, values?: Record<string, string | number>): string {
  return i18next.t(text, values ?? {});
}

const numbers = new Intl.NumberFormat('en');

/** A number with its thousands grouped. */
export function formatNumber(value: number): string {
  return numbers.format(value);
}
