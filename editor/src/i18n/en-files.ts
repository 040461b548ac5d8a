/**
 * The English words of import and restore points, loaded with them: the first load has no need of them.
 *
 * Does not own: the other languages; those are loaded whole, when one is chosen.
 */
import { addEnglish } from './texts.js'

export const FILE_WORDS = {
  'import.title': 'Import {name}',
  'import.where': 'Where does it go?',
  'import.caret': 'At the caret',
  'import.caretHint': 'The text that is there stays.',
  'import.replace': 'In place of the document',
  'import.replaceHint': 'What is there now is kept as a restore point.',
  'import.confirm': 'Import',
  'import.working': 'Importing…',
  'import.done': '{name} was imported',
  'import.tooLarge': 'The file is too large: it has more than {limit} MB, or holds more than a document can.',
  'import.unsupported': 'Word (.docx), Markdown, HTML and plain text can be imported.',
  'import.damaged': 'The file cannot be read: it is damaged, or not what its name says.',
  'import.unreadable': 'The file, or a part of this page, could not be loaded.',
  'import.noServer': 'The server cannot be reached, so nothing is replaced.',
  'import.readOnly': 'You may not change this document.',
  'import.pictures': 'Imported, but for pictures',
  'import.lost': { one: '{count} picture could not be brought along.', other: '{count} pictures could not be brought along.' },
  'import.linked': { one: '{count} picture of another server became a link, so that it is told nothing about your readers.', other: '{count} pictures of other servers became links, so that they are told nothing about your readers.' },
  'restore.title': 'Restore points',
  'restore.text': 'The document as it was before much of it changed at once. Restoring shows at once to everybody; what is there now becomes a restore point, too.',
  'restore.none': 'None yet. One is kept when much is deleted at once, and before a file replaces the document.',
  'restore.loading': 'Loading…',
  'restore.button': 'Restore',
  'restore.sure': 'Restore now',
  'restore.deletion': 'Before much was deleted',
  'restore.file': 'Before a file was imported',
  'restore.restore': 'Before another was restored',
  'restore.asked': 'Kept on request',
  'restore.failed': 'The server cannot be reached.',
  'restore.done': 'The document is as it was then',
} as const

export const addFileWords = (): void => addEnglish(FILE_WORDS)
