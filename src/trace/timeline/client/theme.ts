/** The theme is light or dark as in the reader's system, until the reader uses the switch. */
import { refreshColours } from './colours';
import { root, themeButton } from './elements';
import { redraw } from './frames';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function switchTheme(): void {
  const { theme } = root.dataset;
  const isDark = theme === undefined ? prefersDark.matches : theme === 'dark';
  root.dataset['theme'] = isDark ? 'light' : 'dark';
  recolour();
}

function recolour(): void {
  refreshColours();
  redraw();
}

export function listenToTheme(): void {
  themeButton.addEventListener('click', switchTheme);
  prefersDark.addEventListener('change', recolour);
}
