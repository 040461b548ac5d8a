/** A disk that takes its time, in a world of rooms: appends wait, everything else goes on. */
import type { World } from './room-world.js'

/** Lets appends wait until the function that it returns is called. */
export function slowDisk({ faults }: World): () => void {
  faults.plan = ({ verb }) => (verb === 'append' ? { kind: 'stall' } : undefined)
  return () => {
    faults.plan = () => undefined
    faults.release()
  }
}
