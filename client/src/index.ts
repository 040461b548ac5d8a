/** The Cowrite client: the stock y-websocket provider with an honest saved status. For browsers and Node. */
export { MAX_COPIES_BYTES, MAX_COPY_BYTES } from './local-copy.js'
export { refuseOtherYjs } from './one-yjs.js'
export type { CowriteProviderOptions } from './options.js'
export { userOfToken } from './owner.js'
export { CowriteProvider } from './provider.js'
export { type SetAsideCopy, typedText } from './set-aside.js'
export type { ConnectionStatus, RefusalNotice, SaveStatus, Status } from './status.js'
export { type DocumentKey, UNSAVED_DATABASE } from './unsaved-database.js'
