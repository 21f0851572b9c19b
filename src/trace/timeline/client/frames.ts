/** The frames of the page: all registered drawings are drawn together, at most once per animation frame. */

const drawings: (() => void)[] = [];
let isQueued = false;

export const onRedraw = (draw: () => void): void => void drawings.push(draw);

/** Draws in the next animation frame. */
export function redraw(): void {
  if (isQueued) return;
  isQueued = true;
  requestAnimationFrame(() => {
    isQueued = false;
    redrawNow();
  });
}

export function redrawNow(): void {
  for (const draw of drawings) draw();
}
