/** Small charts as SVG text; nothing but what the results need. */

export interface Series {
  readonly name: string;
  /** x and y; in order of x. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
}

export interface Bars {
  readonly title: string;
  readonly yTitle: string;
  readonly groups: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** Of the values in each group. */
  readonly names: readonly string[];
  /** A value to compare with, drawn across. */
  readonly target?: { readonly name: string; readonly value: number };
}

const size = { width: 720, height: 420 };
const inner = { left: 70, right: 20, top: 70, bottom: 55 };
const colours = ['#0b6e99', '#d9730d', '#448361', '#9065b0', '#c14c8a', '#787774'];
const plotWidth = size.width - inner.left - inner.right;
const plotHeight = size.height - inner.top - inner.bottom;

/** Lines over a linear x and y, both from 0: a straight line is linear growth. */
export function lineChart({ title, xTitle, yTitle, series }: Chart): string {
  const points = series.flatMap((one) => one.points);
  const x = scale(
    points.map(([value]) => value),
    plotWidth,
  );
  const y = scale(
    points.map(([, value]) => value),
    plotHeight,
  );
  const at = ([px, py]: readonly [number, number]): string =>
    `${fixed(inner.left + x.place(px))},${fixed(inner.top + plotHeight - y.place(py))}`;
  const lines = series.flatMap((one, index) => {
    const colour = colours[index % colours.length] ?? '';
    const dots = one.points.map((point) => {
      const [cx, cy] = at(point).split(',');
      return `<circle cx="${cx}" cy="${cy}" r="4" fill="${colour}"/>`;
    });
    const path = one.points.map(at).join(' ');
    return [`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`, ...dots];
  });
  const ticks = x.ticks.map((tick) => {
    const px = fixed(inner.left + x.place(tick));
    return text(px, inner.top + plotHeight + 20, tick.toLocaleString('en'), 'middle');
  });
  return frame(title, [
    ...grid(y, yTitle),
    ...ticks,
    text(inner.left + plotWidth / 2, size.height - 12, xTitle, 'middle'),
    ...lines,
    ...legend(series.map(({ name }) => name)),
  ]);
}

/** Groups of upright bars beside each other. */
export function barChart({ title, yTitle, groups, names, target }: Bars): string {
  const y = scale([...groups.flatMap(({ values }) => values), target?.value ?? 0], plotHeight);
  const slot = plotWidth / groups.length;
  const width = Math.min(60, (slot * 0.8) / names.length);
  const bars = groups.flatMap(({ name, values }, index) => {
    const middle = inner.left + slot * (index + 0.5);
    const rects = values.flatMap((value, at) => {
      const left = middle + (at - values.length / 2) * width;
      const top = inner.top + plotHeight - y.place(value);
      const colour = colours[at % colours.length] ?? '';
      return [
        `<rect x="${fixed(left)}" y="${fixed(top)}" width="${fixed(width - 2)}" height="${fixed(y.place(value))}" fill="${colour}"/>`,
        text(left + width / 2, top - 5, String(value), 'middle'),
      ];
    });
    return [...rects, text(middle, inner.top + plotHeight + 20, name, 'middle')];
  });
  const line = target === undefined ? [] : targetLine(target.name, inner.top + plotHeight - y.place(target.value));
  return frame(title, [...grid(y, yTitle), ...bars, ...line, ...legend(names)]);
}

interface Scale {
  readonly ticks: readonly number[];
  /** Pixels from the beginning. */
  place(value: number): number;
}

/** From 0 to a round number at or above the greatest. */
function scale(values: readonly number[], pixels: number): Scale {
  const most = Math.max(...values, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power * 5 >= most) ?? 10) * power;
  const count = Math.ceil(most / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
  return { ticks, place: (value) => (value / (count * step)) * pixels };
}

function grid(y: Scale, title: string): readonly string[] {
  const lines = y.ticks.flatMap((tick) => {
    const at = fixed(inner.top + plotHeight - y.place(tick));
    const line = `<line x1="${inner.left}" x2="${size.width - inner.right}" y1="${at}" y2="${at}" stroke="#ddd"/>`;
    return [line, text(inner.left - 8, Number(at) + 4, tick.toLocaleString('en'), 'end')];
  });
  return [...lines, text(inner.left - 60, inner.top - 12, title, 'start')];
}

function targetLine(name: string, y: number): readonly string[] {
  const right = size.width - inner.right;
  return [
    `<line x1="${inner.left}" x2="${right}" y1="${fixed(y)}" y2="${fixed(y)}" stroke="#b00" stroke-dasharray="6 4"/>`,
    text(right, y - 5, name, 'end'),
  ];
}

function legend(names: readonly string[]): readonly string[] {
  const width = plotWidth / Math.max(names.length, 3);
  return names.flatMap((name, index) => {
    const left = inner.left + 60 + index * width;
    const colour = colours[index % colours.length] ?? '';
    return [`<rect x="${left}" y="40" width="12" height="12" fill="${colour}"/>`, text(left + 18, 51, name, 'start')];
  });
}

function frame(title: string, parts: readonly string[]): string {
  const heading = `<text x="${inner.left - 60}" y="26" font-size="17" font-weight="600">${escaped(title)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    heading,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number | string, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${typeof x === 'number' ? fixed(x) : x}" y="${fixed(y)}" text-anchor="${anchor}" fill="#333">${escaped(content)}</text>`;
}

function fixed(value: number): string {
  return Number(value.toFixed(1)).toString();
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
