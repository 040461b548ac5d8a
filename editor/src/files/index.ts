/** Documents as files. Loaded when somebody exports or imports. */
export { exportDocument, type ExportOptions } from './export.js'
export { EXPORT_FORMATS, type ExportFormat } from './formats.js'
export { ImportError, type Imported, type ImportOptions, type ImportProblem, MAX_IMPORT_BYTES, readDocument } from './import.js'
export { importInto, type ImportIntoOptions, type OpenDocument } from './import-into.js'
export { type ImportPlace, placeDocument } from './placing.js'
export { RestorePointError, type RestorePointInfo, type RestorePoints, restorePointsOf } from './restore-points.js'
