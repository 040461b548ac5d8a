/**
 * A figure against the load as an SVG picture: both axes logarithmic, a line for each server.
 *
 * Owns: scales, ticks, lines and their labels.
 * Always holds: no script, no font of its own; readable on light and dark pages.
 */
export interface Line {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Picture {
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
  readonly lines: readonly Line[]
}

const WIDTH = 640
const HEIGHT = 360
const LEFT = 70
const RIGHT = 130
const TOP = 40
const BOTTOM = 55
/** Told apart also by who cannot tell red from green. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#999999']

interface Axis {
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
}

/** Whole powers of ten around the values. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  return {
    at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
  }
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

const label = (x: number, y: number, text: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(text)}</text>`

const tickText = (value: number): string => (value >= 1 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(1))))

/** @returns undefined when there is nothing to draw */
export function draw({ title, xLabel, yLabel, lines }: Picture): string | undefined {
  const drawn = lines
    .map(({ name, points }) => ({ name, points: points.filter(([x, y]) => x > 0 && y > 0) }))
    .filter(({ points }) => points.length > 0)
  const all = drawn.flatMap(({ points }) => points)
  if (all.length === 0) return undefined
  const x = axis(all.map((point) => point[0]), LEFT, WIDTH - RIGHT)
  const y = axis(all.map((point) => point[1]), HEIGHT - BOTTOM, TOP)
  const grid = [
    ...x.ticks.map((tick) => `<line x1="${x.at(tick).toFixed(1)}" y1="${TOP}" x2="${x.at(tick).toFixed(1)}" y2="${HEIGHT - BOTTOM}"/>`),
    ...y.ticks.map((tick) => `<line x1="${LEFT}" y1="${y.at(tick).toFixed(1)}" x2="${WIDTH - RIGHT}" y2="${y.at(tick).toFixed(1)}"/>`),
  ]
  const texts = [
    label(LEFT, 22, title, 'font-size="15"'),
    ...x.ticks.map((tick) => label(x.at(tick), HEIGHT - BOTTOM + 18, tickText(tick), 'text-anchor="middle"')),
    ...y.ticks.map((tick) => label(LEFT - 8, y.at(tick) + 4, tickText(tick), 'text-anchor="end"')),
    label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, xLabel, 'text-anchor="middle"'),
    label(16, (TOP + HEIGHT - BOTTOM) / 2, yLabel, `text-anchor="middle" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})"`),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<g stroke="#dddddd">${grid.join('')}</g>`,
    `<g fill="#333333">${texts.join('\n')}</g>`,
    ...curves(drawn, x, y),
    '</svg>',
    '',
  ].join('\n')
}

/** Lines with dots; their names at the right end, moved apart where they would lie on each other. */
function curves(lines: readonly Line[], x: Axis, y: Axis): string[] {
  const ends = lines.map(({ points }, index) => ({ index, at: y.at((points.at(-1) as readonly [number, number])[1]) }))
  const place = new Map<number, number>()
  let last = -Infinity
  for (const { index, at } of ends.toSorted((a, b) => a.at - b.at)) {
    last = Math.max(at, last + 15)
    place.set(index, last)
  }
  return lines.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '#000000'
    const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x.at(px).toFixed(1)} ${y.at(py).toFixed(1)}`).join('')
    const dots = points.map(([px, py]) => `<circle cx="${x.at(px).toFixed(1)}" cy="${y.at(py).toFixed(1)}" r="3.5"/>`).join('')
    const [endX] = points.at(-1) as readonly [number, number]
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/><g fill="${colour}">${dots}` +
      `${label(x.at(endX) + 9, (place.get(index) ?? 0) + 4, name)}</g>`
  })
}
