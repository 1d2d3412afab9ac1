-- POST to the stub provider: one round trip as the daemon's calls make it.
function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.path = "/hl/v2/customers/portal-login"
  wrk.body = '{"email":"somebody@example.com"}'
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("LATCHKEY %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                         latency:percentile(99), errors.status + errors.read + errors.timeout + errors.connect))
end
