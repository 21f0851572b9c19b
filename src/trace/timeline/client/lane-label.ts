/** The label of a lane, left of its bars: its name and the number of its spans. */
import { board } from './board';
import { colours } from './colours';
import { context, scroller } from './elements';
import { formatNumber } from './format';
import type { ShownLane } from './lanes';
import { gapOf, HEADER_HEIGHT, LANE_PADDING } from './rows';
import { shortenTo, writeText } from './text';

const NAME = { size: 12.5, weight: 500 };

const LEFT = 16;

export function drawLaneLabel(lane: ShownLane): void {
  const top = lane.top - scroller.scrollTop;
  context.fillStyle = colours.surface;
  context.fillRect(0, top, board.gutter - 1, lane.height);
  context.fillStyle = colours.line;
  context.fillRect(0, top + lane.height - 1, board.width, 1);
  const { rowHeight } = lane.group;
  const first = top + LANE_PADDING + (rowHeight >= 14 ? (rowHeight - gapOf(rowHeight)) / 2 : 9);
  // The label stays in view while a tall lane is scrolled.
  const y = Math.max(first, Math.min(HEADER_HEIGHT + 14, top + lane.height - 32));
  writeText(context, shortenTo(board.gutter - 30, lane.label, NAME.size, NAME.weight), LEFT, y + 0.5, NAME);
  if (lane.height >= 48)
    writeText(context, formatNumber(lane.count), LEFT, y + 18, { size: 11.5, colour: colours.muted });
}
