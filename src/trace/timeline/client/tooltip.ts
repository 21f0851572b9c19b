/** The tooltip of the hovered span, with the wait at the pointer. */
import { canvas, element, tooltip } from './elements';
import { formatDuration } from './format';
import { redraw } from './frames';
import { selection, updateSelection } from './selection-state';
import { durationsOf, kindLabel, propertiesOf, propertyList } from './span-properties';
import { lengthOf, nameOf, waitsOf } from './spans';

let hoveredWait: string | undefined;

/**
 * Shows the tooltip of a span.
 *
 * @param event the pointer, which the tooltip stands beside
 * @param time the time at the pointer, in ms
 */
export function hover(span: number, event: PointerEvent, time: number): void {
  show(span, waitsOf(span).find(({ start, end }) => start <= time && time <= end)?.for);
  placeBeside(event.clientX, event.clientY);
}

export const stopHover = (): void => show(undefined, undefined);

function show(span: number | undefined, wait: string | undefined): void {
  if (span === selection.hovered && wait === hoveredWait) return;
  updateSelection({ hovered: span });
  hoveredWait = wait;
  tooltip.hidden = span === undefined;
  if (span !== undefined) tooltip.replaceChildren(...contentOf(span, wait));
  canvas.style.cursor = span === undefined ? '' : 'pointer';
  redraw();
}

function contentOf(span: number, wait: string | undefined): readonly HTMLElement[] {
  // The duration stands in the header of the tooltip.
  const durations = durationsOf(span).map(({ label }) => label);
  const properties = propertiesOf(span).filter(({ label }) => !durations.includes(label));
  return [
    element('header', {}, kindLabel(span), element('span', { className: 'kind' }, formatDuration(lengthOf(span)))),
    element('strong', {}, nameOf(span)),
    propertyList(wait === undefined ? properties : [{ label: 'Waits for', text: wait }, ...properties]),
  ];
}

/** Places the tooltip right below the pointer, or on the other side if the window ends there. */
function placeBeside(x: number, y: number): void {
  const { offsetWidth: width, offsetHeight: height } = tooltip;
  const left = x + 16 + width > innerWidth - 8 ? x - width - 14 : x + 16;
  const top = y + 18 + height > innerHeight - 8 ? y - height - 12 : y + 18;
  tooltip.style.transform = `translate(${Math.max(8, left)}px,${Math.max(8, top)}px)`;
}
