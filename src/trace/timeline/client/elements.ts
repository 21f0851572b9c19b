/** The elements of the page that the client reads or changes, and the creation of new ones. */

/** @throws TypeError if the page has no such element. */
function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new TypeError(`timeline: expected #${id} to be an ${type.name}`);
}

function contextOf(sheet: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = sheet.getContext('2d');
  if (found === null) throw new TypeError(`timeline: expected #${sheet.id} to have a 2D context`);
  return found;
}

export const root = document.documentElement;
export const dataElement = byId('data', HTMLScriptElement);
export const summary = byId('summary', HTMLParagraphElement);
export const announcement = byId('said', HTMLParagraphElement);
export const details = byId('details', HTMLElement);
export const tooltip = byId('tip', HTMLDivElement);
export const keysDialog = byId('keys', HTMLDialogElement);

export const searchField = byId('search', HTMLInputElement);
export const matchCountLabel = byId('count', HTMLSpanElement);
export const zoomInButton = byId('in', HTMLButtonElement);
export const zoomOutButton = byId('out', HTMLButtonElement);
export const fitButton = byId('fit', HTMLButtonElement);
export const isolateButton = byId('isolate', HTMLButtonElement);
export const themeButton = byId('theme', HTMLButtonElement);
export const helpButton = byId('help', HTMLButtonElement);

/** The canvas of the bars stays in view while `scroller` moves `scrollContent`, which has the height of all rows. */
export const scroller = byId('scroll', HTMLDivElement);
export const scrollContent = byId('tall', HTMLDivElement);
export const canvas = byId('lanes', HTMLCanvasElement);
export const context = contextOf(canvas);
export const overview = byId('overview', HTMLCanvasElement);
export const overviewContext = contextOf(overview);

/** Creates an element. Text of the trace is only inserted as a child or a property, never as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Readonly<Partial<HTMLElementTagNameMap[K]>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children.filter((child) => child !== ''));
  return created;
}
