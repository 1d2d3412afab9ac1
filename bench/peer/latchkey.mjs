// Latchkey for a side-by-side bench of job queues. The program is the one that LATCHKEY names; BENCH_LIB is the folder of
// the bench's common.mjs. The daemon runs as its users run it, with the audit ledger, synchronous=FULL and anchors; only
// the provider's limit is off and the provider is the bench's stub.
//
// Jobs are queued while the provider is paused. "go" resumes it over the API: the daemon is up, as the peers' workers
// are. How many calls go out at once is fixed when a daemon starts, so another number means another daemon, before "go".
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
const { freshDir, server, stopServer, sleep, STUB_PORT } = await import(pathToFileURL(path.join(process.env.BENCH_LIB, 'common.mjs')))

const PROGRAM = process.env.LATCHKEY || 'latchkey'
const PORT = +(process.env.LATCHKEY_PORT || 18420)
const CALLS = 100
const PATIENCE_MS = 20000

// A setting of latchkey.toml, in its place or at the end of its section.
function set(text, section, key, value) {
  const from = text.indexOf(`[${section}]`)
  let to = text.indexOf('\n[', from)
  if (to < 0) to = text.length
  const body = text.slice(from, to), line = `${key} = ${JSON.stringify(value)}`, old = new RegExp(`^(# )?${key} *=.*$`, 'm')
  return text.slice(0, from) + (old.test(body) ? body.replace(old, line) : `${body.trimEnd()}\n${line}\n`) + text.slice(to)
}

// One provider has three quarters of the workers.
const configure = (folder, calls) => {
  const file = path.join(folder, 'latchkey.toml')
  let text = readFileSync(file, 'utf8')
  const settings = [
    ['engine', 'workers', Math.ceil(calls * 4 / 3)], ['engine', 'shutdown_grace', '5s'],
    ['providers.mayar', 'base_url', `http://127.0.0.1:${STUB_PORT}`], ['providers.mayar', 'rate', 'unlimited'],
    ['providers.mayar', 'link_lifetime', '60m'],   // the longest there is: a backlog of a million must not go stale
    ['api', 'listen', `127.0.0.1:${PORT}`], ['api', 'health_listen', `127.0.0.1:${PORT + 1}`],
  ]
  for (const one of settings) text = set(text, ...one)
  writeFileSync(file, text)
}

// The daemon closes a connection after its thousandth answer and says so; the agent then opens another.
class Api {
  constructor(token) {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    this.headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  }
  call(method, target, body) {
    return new Promise((done, fail) => {
      const text = body ? JSON.stringify(body) : ''
      const headers = { ...this.headers, 'content-length': Buffer.byteLength(text) }
      const request = http.request({ host: '127.0.0.1', port: PORT, method, path: target, agent: this.agent, headers }, answer => {
        let got = ''
        answer.setEncoding('utf8').on('data', piece => { got += piece }).on('error', fail)
        answer.on('end', () => answer.statusCode < 300 ? done(got) : fail(new Error(`${method} ${target}: ${answer.statusCode} ${got}`)))
      })
      request.on('error', fail).end(text)
    })
  }
  close() { this.agent.destroy() }
}

async function launch(s, calls) {
  configure(s.conn.folder, calls)
  s.calls = calls
  s.p = server(PROGRAM, ['--config', path.join(s.conn.folder, 'latchkey.toml'), 'serve'], { stdio: ['ignore', 'ignore', 'ignore'] })
  s.pids.splice(0, s.pids.length, s.p.pid)
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(20)) {
    try { if (s.p.exitCode === null) { await s.api.call('GET', '/healthz'); return } } catch { /* not yet */ }
    if (s.p.exitCode !== null || Date.now() > end) throw new Error('the daemon is not up')
  }
}

// The daemon makes the jobs of a large file takeable when the file is complete, some at each of its turns. In the words of
// the indexes, so that a long queue is not read for it.
async function allTakeable(s) {
  const open = s.db.prepare("SELECT (SELECT count(*) FROM jobs WHERE state = 'queued' AND import <> 0) + " +
    "(SELECT count(*) FROM jobs WHERE state = 'queued' AND ready = 0 AND import = 0) AS n")
  for (const end = Date.now() + 60 * PATIENCE_MS; open.get().n > 0; await sleep(20)) if (Date.now() > end) throw new Error('jobs are not takeable')
}

const running = s => s.db.prepare("SELECT count(*) AS n FROM jobs WHERE state = 'running'").get().n

export default {
  versions: () => ({ latchkey: execFileSync(PROGRAM, ['version']).toString().split('\n')[0].trim() }),
  chunk: 100000,
  sweep: [[1, 8], [1, 32], [1, 64], [1, 100]],
  c50: { concurrency: 100 },
  pickup: [['HTTP to POST', { concurrency: 8 }, 3]],
  async start() {
    const { DatabaseSync } = await import('node:sqlite')   // here: node warns wherever it is loaded, and clients need none
    const folder = path.join(freshDir('latchkey'), 'project')
    const made = JSON.parse(execFileSync(PROGRAM, ['--json', 'init', folder]))
    writeFileSync(path.join(folder, 'secrets', 'mayar.key'), 'key-for-the-bench', { mode: 0o600 })
    const s = { pids: [], conn: { folder, token: made.token }, api: new Api(made.token) }
    await launch(s, CALLS)
    s.db = new DatabaseSync(path.join(folder, 'data', 'latchkey.db'), { readOnly: true })
    await s.api.call('POST', '/v1/providers/mayar/pause', { reason: 'bench' })
    return s
  },
  async stop(s) { s.api.close(); await stopServer(s.p) },
  // Read by another connection of the database, each time in a transaction of its own: none holds the WAL.
  remaining: async s => s.db.prepare("SELECT count(*) AS n FROM jobs WHERE state IN ('queued', 'running')").get().n,
  async producer({ folder, token }) {
    const api = new Api(token)
    const email = j => `u${j.id}.${j.enq}@example.com`   // from this the stub reads id and time
    return {
      add: j => api.call('POST', '/v1/jobs', { provider: 'mayar', email: email(j) }),
      addMany: jobs => new Promise((done, fail) => {
        const send = spawn(PROGRAM, ['--config', path.join(folder, 'latchkey.toml'), 'send', '--provider', 'mayar', '--file', '-'], { stdio: ['pipe', 'ignore', 'inherit'] })
        send.on('error', fail).on('exit', code => code === 0 ? done() : fail(new Error(`send --file: exit ${code}`)))
        send.stdin.end('email\n' + jobs.map(email).join('\n') + '\n')
      }),
      close: () => api.close(),
    }
  },
  async spawnWorker(s, procs, { concurrency = CALLS }) {
    if (s.calls !== concurrency) { await stopServer(s.p); await launch(s, concurrency) }
    await allTakeable(s)
    return [{
      pid: 0,   // the daemon is the server as well, and counted there
      ask: () => s.api.call('POST', '/v1/providers/mayar/resume', { reason: 'bench' }),
      async end() {
        await s.api.call('POST', '/v1/providers/mayar/pause', { reason: 'bench' })
        for (const end = Date.now() + PATIENCE_MS; running(s) > 0 && Date.now() < end;) await sleep(20)
      },
    }]
  },
}
