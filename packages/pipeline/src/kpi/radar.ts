import { curveLinearClosed, lineRadial } from "d3-shape";
import { KPIS } from "../plan-data.ts";
import type { Scores } from "./steps.ts";

/** One line of the picture. */
export type Series = {
  readonly name: string;
  readonly scores: Scores;
  readonly color: string;
  readonly dashed?: boolean;
};

const RADIUS = 150;
const CENTRE = [300, 210] as const;

const path = lineRadial<number>()
  .angle((_, index) => (2 * Math.PI * index) / KPIS.length)
  .radius((score) => (RADIUS * score) / 10)
  .curve(curveLinearClosed)
  .digits(2);

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The figures as a radar picture: the same bytes for the same scores. */
export const radar = (series: readonly Series[], title: string): string => {
  const at = (index: number, radius: number): readonly [string, string] => {
    const angle = (2 * Math.PI * index) / KPIS.length;
    return [(Math.sin(angle) * radius).toFixed(2), (-Math.cos(angle) * radius).toFixed(2)];
  };
  const rings = [2, 4, 6, 8, 10].map(
    (ring) => `<path d="${path(KPIS.map(() => ring))}" fill="none" stroke="#d5d9e0"/>`,
  );
  const axes = KPIS.map((kpi, index) => {
    const [x, y] = at(index, RADIUS);
    const [labelX, labelY] = at(index, RADIUS + 14);
    const anchor = Math.abs(Number(labelX)) < 1 ? "middle" : Number(labelX) > 0 ? "start" : "end";
    return `<line x2="${x}" y2="${y}" stroke="#d5d9e0"/><text x="${labelX}" y="${labelY}" text-anchor="${anchor}" dominant-baseline="middle">${kpi}</text>`;
  });
  const lines = series.map(
    ({ scores, color, dashed }) =>
      `<path d="${path(KPIS.map((kpi) => scores[kpi]))}" fill="${color}" fill-opacity="${dashed === true ? 0 : 0.12}" stroke="${color}" stroke-width="2"${dashed === true ? ' stroke-dasharray="5 4"' : ""}/>`,
  );
  const legend = series.map(
    ({ name, color }, index) =>
      `<g transform="translate(16 ${400 + index * 18})"><rect width="12" height="12" fill="${color}"/><text x="18" y="10">${escapeXml(name)}</text></g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 ${412 + series.length * 18}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<g transform="translate(${CENTRE[0]} ${CENTRE[1]})">`,
    ...rings,
    ...axes,
    ...lines,
    "</g>",
    ...legend,
    "</svg>",
    "",
  ].join("\n");
};
