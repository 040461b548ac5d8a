/**
 * The icons, from Lucide (ISC), each imported by itself so that only these are shipped.
 *
 * Owns: which picture stands for what. Always holds: icons are decoration (`aria-hidden`); the name
 * of a control is its own.
 */
import {
  AlignCenter, AlignJustify, AlignLeft, AlignRight, ArrowDown, ArrowUp, AtSign, BetweenHorizontalEnd,
  BetweenHorizontalStart, BetweenVerticalEnd, BetweenVerticalStart, Bold, CaseSensitive, Check, ChevronDown, ChevronUp,
  Code, CodeXml, Copy, createElement, Download, Ellipsis, ExternalLink, FilePlus2, GripVertical, Heading1, Heading2, Heading3,
  Heading4, Highlighter, History, Image, Italic, Keyboard, Languages, Link, List, ListChecks, ListCollapse, ListOrdered, Minus,
  Monitor, Moon, PanelLeft, PanelTop, Pencil, Plus, Printer, Quote, Redo2, Regex, RemoveFormatting, Search,
  Strikethrough, Subscript, Sun, Superscript, Table, TableCellsMerge, TableCellsSplit, TableOfContents, Trash2,
  TriangleAlert, Type, Underline, Undo2, Unlink, Upload, WholeWord, X,
  type IconNode,
} from 'lucide'

const CROSS = 'm9.5 15 5 5m0-5-5 5'
// Lucide has no picture for these two: a row, or a column, and a cross.
const RowDelete: IconNode = [['rect', { x: 3, y: 4, width: 18, height: 7, rx: 1 }], ['path', { d: CROSS }]]
const ColumnDelete: IconNode = [['rect', { x: 4, y: 3, width: 7, height: 18, rx: 1 }], ['path', { d: 'm15 9.5 5 5m0-5-5 5' }]]
const frame = (width: number): IconNode => [
  ['path', { d: 'M3 4h18M3 20h18' }],
  ['rect', { x: 12 - width / 2, y: 8, width, height: 8, rx: 1 }],
]

const ICONS = {
  'align-center': AlignCenter,
  'align-justify': AlignJustify,
  'align-left': AlignLeft,
  'align-right': AlignRight,
  alert: TriangleAlert,
  bold: Bold,
  case: CaseSensitive,
  check: Check,
  clear: RemoveFormatting,
  close: X,
  code: Code,
  'code-block': CodeXml,
  'column-after': BetweenVerticalEnd,
  'column-before': BetweenVerticalStart,
  'column-delete': ColumnDelete,
  copy: Copy,
  details: ListCollapse,
  down: ChevronDown,
  download: Download,
  grip: GripVertical,
  h1: Heading1,
  h2: Heading2,
  h3: Heading3,
  h4: Heading4,
  'header-column': PanelLeft,
  'header-row': PanelTop,
  highlight: Highlighter,
  history: History,
  image: Image,
  italic: Italic,
  keyboard: Keyboard,
  language: Languages,
  link: Link,
  'list-bullet': List,
  'list-numbered': ListOrdered,
  'list-task': ListChecks,
  mention: AtSign,
  merge: TableCellsMerge,
  minus: Minus,
  more: Ellipsis,
  'move-down': ArrowDown,
  'move-up': ArrowUp,
  new: FilePlus2,
  open: ExternalLink,
  outline: TableOfContents,
  pencil: Pencil,
  plus: Plus,
  print: Printer,
  quote: Quote,
  redo: Redo2,
  regexp: Regex,
  'row-above': BetweenHorizontalStart,
  'row-below': BetweenHorizontalEnd,
  'row-delete': RowDelete,
  search: Search,
  'size-full': frame(18),
  'size-medium': frame(12),
  'size-small': frame(6),
  split: TableCellsSplit,
  strike: Strikethrough,
  subscript: Subscript,
  superscript: Superscript,
  table: Table,
  text: Type,
  'theme-auto': Monitor,
  'theme-dark': Moon,
  'theme-light': Sun,
  trash: Trash2,
  underline: Underline,
  undo: Undo2,
  unlink: Unlink,
  up: ChevronUp,
  upload: Upload,
  word: WholeWord,
} satisfies Record<string, IconNode>

export type IconName = keyof typeof ICONS

/** A 18 px line icon in the colour of the text around it. */
export function icon(name: IconName): SVGElement {
  const svg = createElement(ICONS[name], { width: 18, height: 18, 'stroke-width': 1.9, 'aria-hidden': 'true' })
  svg.setAttribute('focusable', 'false')
  svg.classList.add('ce-icon')
  return svg
}
