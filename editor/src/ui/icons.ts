/**
 * The icons, from Lucide (ISC), each imported by itself so that only these are shipped.
 *
 * Owns: which picture stands for what. Always holds: icons are decoration (`aria-hidden`); the name
 * of a control is its own.
 */
import {
  AlignCenter, AlignJustify, AlignLeft, AlignRight, Bold, ChevronDown, Check, Code, createElement, CodeXml, ExternalLink,
  FilePlus2, Italic, Link, List, ListChecks, ListOrdered, Minus, Monitor, Moon, PanelTop, Plus, Quote, Redo2,
  RemoveFormatting, Strikethrough, Sun, Table, Trash2, Underline, Undo2, Unlink, TriangleAlert,
  type IconNode,
} from 'lucide'

const ICONS = {
  'align-center': AlignCenter,
  'align-justify': AlignJustify,
  'align-left': AlignLeft,
  'align-right': AlignRight,
  alert: TriangleAlert,
  bold: Bold,
  check: Check,
  clear: RemoveFormatting,
  code: Code,
  'code-block': CodeXml,
  down: ChevronDown,
  'header-row': PanelTop,
  italic: Italic,
  link: Link,
  'list-bullet': List,
  'list-numbered': ListOrdered,
  'list-task': ListChecks,
  minus: Minus,
  new: FilePlus2,
  open: ExternalLink,
  plus: Plus,
  quote: Quote,
  redo: Redo2,
  strike: Strikethrough,
  table: Table,
  'theme-auto': Monitor,
  'theme-dark': Moon,
  'theme-light': Sun,
  trash: Trash2,
  underline: Underline,
  undo: Undo2,
  unlink: Unlink,
} satisfies Record<string, IconNode>

export type IconName = keyof typeof ICONS

/** A 18 px line icon in the colour of the text around it. */
export function icon(name: IconName): SVGElement {
  const svg = createElement(ICONS[name], { width: 18, height: 18, 'stroke-width': 1.9, 'aria-hidden': 'true' })
  svg.setAttribute('focusable', 'false')
  svg.classList.add('ce-icon')
  return svg
}
