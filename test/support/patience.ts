/**
 * How many times longer than promised something may take in a test.
 *
 * Owns: the factor: none in the long form, which has the machine for itself; three in `npm test`, where tests share it: there a
 * time somewhat beyond its bound tells something of the machine, and three times beyond, of the product.
 * Does not own: the bounds.
 */
export const PATIENCE = process.env['COWRITE_LONG'] === '1' ? 1 : 3
