/** The editor as a React component. */
import { CowriteEditor } from '@cowrite/editor/react'
import { StrictMode, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { server } from '../server.js'

function App() {
  const editor = useRef(null)
  const [status, setStatus] = useState()
  const [people, setPeople] = useState([])
  const [isDark, setDark] = useState(false)
  return (
    <>
      <h1>React</h1>
      <p id="status">{status && `${status.connection}, ${status.save}`}</p>
      <p>Here: {people.map(({ name }) => name).join(', ')}</p>
      <button onClick={() => setDark(!isDark)}>{isDark ? 'Light' : 'Dark'}</button>
      <button onClick={async () => alert(await editor.current.asMarkdown())}>Show Markdown</button>
      <CowriteEditor
        ref={editor}
        server={server}
        doc="examples/react"
        theme={isDark ? 'dark' : 'light'}
        onStatus={setStatus}
        onUsers={setPeople}
        style={{ height: '30rem' }}
      />
    </>
  )
}

createRoot(document.getElementById('app')).render(<StrictMode><App /></StrictMode>)
