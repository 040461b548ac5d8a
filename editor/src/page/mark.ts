/** The product's mark: lines of text and somebody else's caret. Decoration; the name stands beside it. */

const SVG = 'http://www.w3.org/2000/svg'

function shape(name: string, attrs: Readonly<Record<string, string>>): SVGElement {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attrs)) element.setAttribute(key, value)
  return element
}

/** Size in pixels. */
export function productMark(size: number): SVGElement {
  const svg = shape('svg', { viewBox: '0 0 32 32', width: `${size}`, height: `${size}`, 'aria-hidden': 'true', focusable: 'false' })
  const line = { 'stroke-width': '2.6', 'stroke-linecap': 'round' }
  svg.append(
    shape('rect', { width: '32', height: '32', rx: '8', fill: '#3b5bdb' }),
    shape('path', { d: 'M9 10h9M9 16h6M9 22h9', stroke: '#fff', ...line }),
    shape('path', { d: 'M22.5 8.5v15', stroke: '#ffd43b', ...line }),
  )
  return svg
}
