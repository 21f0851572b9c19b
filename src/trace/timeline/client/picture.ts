/** The picture: all that is drawn in a frame, in the order of the layers. */
import { drawAxis, drawGrid } from './axis';
import { drawLane } from './bars';
import { AXIS_HEIGHT, board, OVERVIEW_HEIGHT } from './board';
import { canvas, context, overviewContext } from './elements';
import { drawLaneLabel } from './lane-label';
import { drawLinks } from './links';
import { drawOverview } from './overview';
import { drawRangeSelection } from './drag';
import { visibleLanes } from './rows';

export function drawPicture(): void {
  overviewContext.clearRect(0, 0, board.width, OVERVIEW_HEIGHT + AXIS_HEIGHT);
  drawOverview();
  drawAxis();
  context.clearRect(0, 0, board.width, board.height);
  drawGrid();
  const lanes = visibleLanes();
  context.save();
  context.beginPath();
  context.rect(board.gutter, 0, board.width - board.gutter, board.height);
  context.clip();
  const drawn = lanes.reduce((sum, lane) => sum + drawLane(lane), 0);
  drawLinks();
  drawRangeSelection();
  context.restore();
  for (const lane of lanes) drawLaneLabel(lane);
  canvas.dataset['drawn'] = String(drawn);
}
