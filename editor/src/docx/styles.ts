/**
 * The styles of the Word files that we write, and by which they are read again.
 *
 * Owns: their ids, names and looks. Does not own: which block has which (docx-out.ts, docx-in.ts).
 */
import { BorderStyle, type IStylesOptions, ShadingType } from 'docx'

export const MONOSPACE = 'Courier New'

/** Ids within the file. */
export const STYLE_IDS = { quote: 'Quote', code: 'CodeBlock', inlineCode: 'InlineCode', rule: 'HorizontalLine', summary: 'DetailsSummary' } as const

const heading = (size: number) => ({ run: { size, bold: true }, paragraph: { spacing: { before: 240, after: 120 } } })

/** Sizes of text are in half points, all others in twentieths of a point. */
export const BASE_STYLES: IStylesOptions = {
  default: {
    document: { run: { font: 'Calibri', size: 22 }, paragraph: { spacing: { after: 120 } } },
    heading1: heading(36),
    heading2: heading(30),
    heading3: heading(26),
    heading4: heading(24),
    heading5: heading(22),
    heading6: heading(22),
  },
  paragraphStyles: [
    {
      id: STYLE_IDS.quote, name: 'Quote', basedOn: 'Normal', run: { italics: true, color: '555555' },
      paragraph: { border: { left: { style: BorderStyle.SINGLE, size: 18, space: 12, color: 'CCCCCC' } } },
    },
    {
      id: STYLE_IDS.code, name: 'Code Block', basedOn: 'Normal', run: { font: MONOSPACE, size: 19 },
      paragraph: { spacing: { before: 0, after: 0 }, shading: { type: ShadingType.CLEAR, fill: 'F3F3F3' } },
    },
    {
      id: STYLE_IDS.rule, name: 'Horizontal Line', basedOn: 'Normal',
      paragraph: { border: { bottom: { style: BorderStyle.SINGLE, size: 6, space: 1, color: 'AAAAAA' } } },
    },
    { id: STYLE_IDS.summary, name: 'Details Summary', basedOn: 'Normal', run: { bold: true } },
  ],
  characterStyles: [{ id: STYLE_IDS.inlineCode, name: 'Inline Code', run: { font: MONOSPACE, noProof: true } }],
}
