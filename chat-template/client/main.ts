import { io, type Socket } from 'socket.io-client'
import * as v from 'valibot'
import { type ClientEvents, type Listed, type Person, roomId, type ServerEvents } from '../shared/events.ts'
import { Chat } from './chat.ts'
import { comeBack } from './coming-back.ts'
import { Drafts } from './drafts.ts'
import { KeptRooms } from './kept-rooms.ts'
import type { Line } from './view/connection.ts'
import { plural } from './view/dom.ts'
import { Page } from './view/page.ts'
import { askName, whoAmI } from './view/welcome.ts'

const firstRoom = 'lobby'

async function start(): Promise<void> {
  let me = await whoAmI()
  while (me === null) {
    await askName()
    me = await whoAmI()
  }
  open(me)
}

function open(me: Person): void {
  const socket: Socket<ServerEvents, ClientEvents> = io({
    // Half of the wait is chance: clients that were cut together must not come back together.
    reconnectionDelay: 300,
    reconnectionDelayMax: 5_000,
    randomizationFactor: 0.5,
    timeout: 10_000,
  })
  let listed: Listed = { rooms: [], more: false }
  let current = roomInAddress()
  let drawing = false
  const line: Line = { transport: '', roundTripMs: undefined }

  const draw = () => {
    if (drawing) return
    drawing = true
    const paint = () => {
      drawing = false
      page.show(current, listed)
    }
    // A hidden page gets no animation frames, but its title counts what is unread.
    if (document.hidden) setTimeout(paint, 100)
    else requestAnimationFrame(paint)
  }
  const arrived = (room: string, text: string, own: boolean) => {
    const state = chat.rooms.get(room)
    if (own || state === undefined) return
    if (room === current && !document.hidden) page.announce(text)
    else state.unread++
  }
  const kept = new KeptRooms(localStorage)
  const missing = (room: string) => kept.remove(room)
  const chat = new Chat({ socket, keeper: localStorage, changed: draw, arrived, missing })

  const enter = (room: string, push = true) => {
    current = room
    if (push) history.pushState(null, '', `/r/${encodeURIComponent(room)}`)
    void chat.join(room)
    const state = chat.rooms.get(room)
    if (state !== undefined) state.unread = 0
    kept.add(room)
    page.closePanels()
    draw()
  }
  const listRooms = async () => {
    if (!chat.online || document.hidden) return
    const reply = await chat.ask('room:list', {}).catch(() => undefined)
    if (reply?.ok) listed = reply
    draw()
  }
  const page = new Page(document.getElementById('app')!, {
    chat,
    drafts: new Drafts(sessionStorage, localStorage),
    me,
    line: () => line,
    open: enter,
    leave: room => {
      const unsent = chat.leave(room)
      kept.remove(room)
      if (unsent > 0) page.note(`${plural(unsent, 'message')} not sent. Enter the room again to decide.`)
      if (room === current) enter([...chat.rooms.keys()][0] ?? firstRoom)
    },
    create: async (title, hidden) => {
      const reply = await chat.ask('room:create', { title, private: hidden }).catch(() => undefined)
      if (reply === undefined) return 'No answer from the server. Try again.'
      if (!reply.ok) return reply.message
      enter(reply.room.id)
      void listRooms()
      return undefined
    },
    rename: () => {
      void askName(chat.you?.name ?? me.name, true).then(changed => changed && socket.disconnect().connect())
    },
    loadOlder: room => chat.older(room),
  })

  socket.on('connect', () => {
    line.transport = socket.io.engine.transport.name
    socket.io.engine.once('upgrade', transport => {
      line.transport = transport.name
      draw()
    })
    void measure()
    void listRooms()
  })
  comeBack(socket, () => askName(me.name))
  const measure = async () => {
    const asked = performance.now()
    const reply = await chat.ask('echo', {}).catch(() => undefined)
    if (reply?.ok) line.roundTripMs = Math.round(performance.now() - asked)
    draw()
  }
  setInterval(() => void (chat.online && !document.hidden && measure()), 10_000)
  setInterval(() => void listRooms(), 15_000)
  setInterval(() => void (chat.online || draw()), 1_000)
  addEventListener('popstate', () => enter(roomInAddress(), false))

  for (const room of kept.ids) void chat.join(room)
  enter(current, location.pathname === '/')
  // Another tab has left them: what waits for such a room is not sent behind anybody's back.
  for (const { room } of chat.outbox.items) if (!chat.rooms.has(room)) chat.leave(room)
}

function roomInAddress(): string {
  const found = location.pathname.match(/^\/r\/([^/]+)$/)?.[1]
  try {
    const room = found === undefined ? firstRoom : decodeURIComponent(found)
    // As the server makes names of titles. The names of private rooms have capitals that matter, but none in front.
    return v.safeParse(roomId, room).success ? room : room.toLocaleLowerCase('en')
  } catch {
    return firstRoom
  }
}

void start()
