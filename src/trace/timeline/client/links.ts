/** Links of the selected and the hovered span: from a flight to its tasks and its batch, and from a child to its parent. */
import { board } from './board';
import { OVERHANG } from './bar';
import { colours } from './colours';
import { canvas, context } from './elements';
import { positionOf } from './lanes';
import { childrenOf, flightsOfBatch, flightsServing } from './related-spans';
import { boxOf, gapOf, type BarBox } from './rows';
import { selection } from './selection-state';
import { batchOf, kindOf, parentOf, servedBy, toneOf } from './spans';

const MAX_LINKS = 2000;

/** Distance in CSS pixels up to which a link goes from begin to begin, as one to the edge would be too short to see. */
const NEAR = 60;

type SpanLink = readonly [from: number, to: number];

export function drawLinks(): void {
  const { selected, hovered } = selection;
  for (const span of new Set([selected, hovered])) {
    if (span === undefined) continue;
    const links = linksOf(span);
    context.globalAlpha = links.length > 60 ? 0.3 : links.length > 15 ? 0.55 : 0.85;
    for (const link of links) drawLink(link);
    context.globalAlpha = 1;
    drawOutline(span, span === selected);
  }
  const box = selected === undefined ? undefined : boxOf(selected);
  canvas.dataset['selected'] =
    box === undefined ? '' : [middleOf(box), box.top + box.height / 2].map(Math.round).join(' ');
}

/** The links of a span to spans in other lanes. */
function linksOf(span: number): readonly SpanLink[] {
  const kind = kindOf(span);
  const batch = batchOf(span);
  const parent = parentOf(span);
  const links: SpanLink[] = [];
  for (const task of servedBy(span)) links.push([span, task]);
  for (const flight of flightsServing(span)) links.push([flight, span]);
  if (batch !== undefined) links.push([span, batch]);
  if (kind === 'batch')
    for (const flight of flightsOfBatch(span)) {
      links.push([flight, span]);
      for (const task of servedBy(flight)) links.push([flight, task]);
    }
  if (parent !== undefined) links.push([span, parent]);
  for (const child of childrenOf(span)) links.push([child, span]);
  return links.slice(0, MAX_LINKS).filter(isBetweenLanes);
}

function isBetweenLanes([from, to]: SpanLink): boolean {
  const position = positionOf(from);
  return position !== undefined && position.lane !== positionOf(to)?.lane;
}

const middleOf = ({ left, right }: BarBox): number => (Math.max(left, board.gutter) + Math.min(right, board.right)) / 2;

/** A curve from the begin of one bar to the nearest place of the other, with a dot at its end. */
function drawLink([from, to]: SpanLink): void {
  const one = boxOf(from);
  const other = boxOf(to);
  if (one === undefined || other === undefined) return;
  const x = one.left;
  const begin = one.top + one.height / 2 - 1;
  const isNear = x >= other.left && x - other.left < NEAR;
  const edge = other.top > one.top ? other.top : other.top + other.height - gapOf(other.height);
  const end = isNear ? other.top + other.height / 2 - 1 : edge;
  const far = isNear ? other.left : Math.min(Math.max(x, other.left), other.right);
  const bend = Math.min(46, 10 + Math.abs(end - begin) * 0.14);
  const endBend = isNear ? 0 : begin > end ? bend : -bend;
  const colour = colours.tones[toneOf(from)].edge;
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.beginPath();
  context.moveTo(x, begin);
  context.bezierCurveTo(Math.min(x, far) - bend, begin, far - bend, end + endBend, far, end);
  context.stroke();
  context.fillStyle = colour;
  context.beginPath();
  context.arc(far, end, Math.min(2.5, other.height / 2), 0, 7);
  context.fill();
}

function drawOutline(span: number, isSelected: boolean): void {
  const box = boxOf(span);
  if (box === undefined) return;
  const left = Math.max(box.left, board.gutter - OVERHANG);
  const right = Math.max(Math.min(box.right, board.width + OVERHANG), left + 2);
  context.strokeStyle = isSelected ? colours.accent : colours.muted;
  context.lineWidth = isSelected ? 2 : 1.5;
  context.beginPath();
  context.roundRect(left - 1, box.top - 1, right - left + 2, box.height - gapOf(box.height) + 2, 4);
  context.stroke();
}
