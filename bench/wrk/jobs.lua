-- POST /v1/jobs: every request is a new job for a new recipient. wrk gives each of its threads a state of its own.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  prefix = args[1] .. "-" .. number .. "-"
  count = 0
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("LATCHKEY_TOKEN") }
end

function request()
  count = count + 1
  local id = prefix .. count
  local body = '{"provider":"mayar","email":"' .. id .. '@example.com","requestId":"' .. id .. '"}'
  return wrk.format("POST", "/v1/jobs", headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("LATCHKEY %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                         latency:percentile(99), errors.status + errors.read + errors.timeout + errors.connect))
end
