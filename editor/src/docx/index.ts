/** Documents from and to Word's format (.docx). Needs no DOM; large, so load it when it is wanted: `await import('@cowrite/editor/docx')`. */
export { docxOfJson, type DocxOptions, type DocxPicture } from './docx-out.js'
export { jsonOfDocx, MAX_UNPACKED_BYTES, type ReadDocx } from './docx-in.js'
