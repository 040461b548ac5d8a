/** Where the Cowrite server of all examples is. */
export const server = import.meta.env.VITE_COWRITE_SERVER ?? 'http://127.0.0.1:1234'
