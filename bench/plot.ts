// Bars as an SVG: groups of named values in, text out. The same numbers give the same bytes.

export interface Group {
  readonly name: string;
  readonly values: { readonly [series: string]: number };
}

const COLOURS = ["#0b6e4f", "#c84630", "#e0a458", "#5b8e7d", "#8d6a9f", "#7f7f7f"];
const BAR = 9;
const GAP = 12;
const LEFT = 170;
const WIDTH = 760;
const TOP = 58;

export function barChart(title: string, groups: readonly Group[]): string {
  const series = [...new Set(groups.flatMap(group => Object.keys(group.values)))];
  const most = Math.max(...groups.flatMap(group => Object.values(group.values)));
  const scale = (WIDTH - LEFT - 60) / most;
  const parts: string[] = [];
  let y = TOP;
  for (const { name, values } of groups) {
    const present = series.filter(each => values[each] !== undefined);
    parts.push(text(LEFT - 8, y + (present.length * BAR) / 2 + 4, name, "end"));
    for (const each of present) {
      const width = (values[each]! * scale).toFixed(1);
      const fill = COLOURS[series.indexOf(each) % COLOURS.length]!;
      parts.push(`<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 1}" fill="${fill}"/>`);
      parts.push(text(LEFT + Number(width) + 4, y + BAR - 1, values[each]!.toFixed(1), "start", 8));
      y += BAR;
    }
    y += GAP;
  }
  const legend = series.map((each, i) => {
    const x = LEFT + i * 96;
    const fill = COLOURS[i % COLOURS.length]!;
    return `<rect x="${x}" y="32" width="10" height="10" fill="${fill}"/>${text(x + 14, 41, each, "start", 10)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${y}" fill="#fff"/>`,
    text(LEFT, 20, title, "start", 13),
    ...legend,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, words: string, anchor: "start" | "end", size = 11): string {
  const escaped = words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${escaped}</text>`;
}
