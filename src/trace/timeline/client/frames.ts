/** The frames of the page: it is drawn at most once per animation frame. This file knows none of the drawings. */

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
