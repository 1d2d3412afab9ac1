-- POST /v1/links: a link for a customer who waits. Each is another customer, since one has one running job at a time.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  prefix = "cus_" .. args[1] .. "_" .. number .. "_"
  count = 0
  headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("LATCHKEY_TOKEN") }
end

function request()
  count = count + 1
  return wrk.format("POST", "/v1/links", headers, '{"customerId":"' .. prefix .. count .. '"}')
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("LATCHKEY %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                         latency:percentile(99), errors.status + errors.read + errors.timeout + errors.connect))
end
