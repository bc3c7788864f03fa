// Files and texts out of the browser.
import { t } from './i18n';

/** Offers text as a file to be saved. */
export function saveFile(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Lines of fields as CSV; null is an empty field, an empty text is quoted. */
export function csvText(lines: (string | null)[][]): string {
  const field = (text: string | null) => {
    if (text === null) return '';
    return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return lines.map((line) => line.map(field).join(',')).join('\r\n') + '\r\n';
}

/** Puts a text into the clipboard, where the browser lets a page do so. */
export async function copyText(text: string): Promise<void> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) throw new Error(t('The browser lets only pages served by HTTPS copy.'));
  await clipboard.writeText(text);
}
