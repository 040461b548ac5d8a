import * as Y from 'yjs'
import { randomFrom } from '/tmp/uv/js/random.js'
import * as C from '/tmp/uv/js/craft.js'
import { inspectUpdate, hasGap, decodeStateVector } from '@cowrite/protocol'
const thrown=new Map(); let n=0, acc=0
const best=new Map()
for (let seed=1; seed<=Number(process.argv[2]); seed++){
  const r=randomFrom(seed)
  let base // merged so far
  const sv=new Map()
  const trail=[]
  const rounds=1+r.int(4)
  const doc=new Y.Doc()
  for(let k=0;k<rounds;k++){
    const blocks=[]
    const ids=()=>{const all=[...sv].concat(blocks.map(b=>[b.client,b.end])); const [c,e]=r.pick(all); return e>0?[c,r.int(e)]:undefined}
    for(const client of [3,2,1]){ if(!r.chance(.7)) continue
      const clock=sv.get(client)??0; const b={client,clock,structs:[],end:clock}
      blocks.push(b)
      for(let i=1+r.int(4);i>0;i--){
        const pick=()=>{ const x=ids(); return x&&!(x[0]===client&&x[1]>=b.end)?x:undefined }
        const place={}
        if(r.chance(.45)) place.origin=pick()
        if(r.chance(.35)) place.right=pick()
        if(!place.origin&&!place.right){ const p=r.chance(.7)?pick():undefined; if(p) place.parent=p; else place.parent=r.pick(['t','m']); if(r.chance(.4)) place.key=r.pick(['a','b']) }
        for(const q of Object.keys(place)) if(place[q]===undefined) delete place[q]
        const kind=r.int(9)
        const [s,len]= kind===0?[C.gc(2),2]: kind<3?[C.text('ab',place),2]: kind<5?[C.map(place),1]: kind===5?[C.array(place),1]: kind===6?[C.item(6,C.bytesOf('bold','true'),place),1]: kind===7?[C.item(1,C.bytesOf(2),place),2]:[C.item(8,C.bytesOf(1,C.any('x')),place),1]
        b.structs.push(s); b.end+=len
      }
    }
    const dels=[]
    for(const client of [3,2,1]){ const e=Math.max(sv.get(client)??0, blocks.find(b=>b.client===client)?.end??0); if(e>0&&r.chance(.4)){const c=r.int(e); dels.push({client,ranges:[[c,1+r.int(e-c)]]})} }
    const u=C.update(blocks,dels); n++
    let s; try{ s=inspectUpdate(u)}catch(e){continue}
    if(hasGap(s,sv)) { console.log('gap?'); continue }
    acc++; trail.push(u)
    for(const b of blocks) sv.set(b.client,b.end)
    try{
      Y.applyUpdate(doc,u)
      if(doc.store.pendingStructs||doc.store.pendingDs) throw new Error('PENDING')
      const w=Y.encodeStateAsUpdate(doc); inspectUpdate(w); const d2=new Y.Doc(); Y.applyUpdate(d2,w)
      if(d2.store.pendingStructs||d2.store.pendingDs) throw new Error('PENDING2')
      const m=trail.length>1?Y.mergeUpdates(trail):u; const d3=new Y.Doc(); Y.applyUpdate(d3,m)
    }catch(e){ const key=e.message+' @ '+(e.stack??'').split('\n').slice(1,7).map(l=>l.trim().split(' ')[1]).join('<'); thrown.set(key,(thrown.get(key)??0)+1)
      const size=trail.reduce((a,b)=>a+b.length,0); if(!best.has(key)||best.get(key).size>size) best.set(key,{size,seed,trail:trail.map(C.toHex)}); break }
  }
}
console.log(n,acc,thrown); console.log([...best].map(([k,v])=>k+'\n   '+JSON.stringify(v)).join('\n'))
