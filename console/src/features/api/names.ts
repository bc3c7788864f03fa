// GraphiQL and its explorer leave some controls without a name, and have tabs with buttons inside
// them, which a screen reader cannot reach. What is missing is put in, whenever they draw anew.
import { t } from '../../kit/i18n';

/** Names the controls below an element, now and later; gives what ends it. */
export function nameControls(root: HTMLElement): () => void {
  const mend = () => {
    for (const control of root.querySelectorAll<HTMLElement>(
      '.graphiql-explorer-root :is(input, select):not([aria-label])',
    )) {
      control.setAttribute('aria-label', nameOf(control));
    }
    for (const list of root.querySelectorAll('.graphiql-tabs[role=tablist]')) {
      list.setAttribute('role', 'list');
    }
    for (const tab of root.querySelectorAll(
      '.graphiql-tab[role=tab], .graphiql-tab[aria-selected]',
    )) {
      const button = tab.querySelector('.graphiql-tab-button');
      const active = tab.getAttribute('aria-selected') === 'true';
      tab.removeAttribute('role');
      tab.removeAttribute('aria-selected');
      if (active) button?.setAttribute('aria-current', 'true');
      else button?.removeAttribute('aria-current');
    }
  };
  const observer = new MutationObserver(mend);
  observer.observe(root, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['aria-selected', 'role'],
  });
  mend();
  return () => observer.disconnect();
}

/** The argument or field that an explorer's control stands beside. */
function nameOf(control: HTMLElement): string {
  if (control instanceof HTMLSelectElement && control.closest('.graphiql-explorer-actions')) {
    return t('Kind of operation');
  }
  const hint = control.getAttribute('placeholder');
  if (hint) return hint;
  for (let at: HTMLElement | null = control; at; at = at.parentElement) {
    const name = /(?:^|\s)graphiql-explorer-(\w+)/.exec(at.className)?.[1];
    if (name !== undefined && name !== 'node' && name !== 'root') return name;
  }
  return t('Value');
}
