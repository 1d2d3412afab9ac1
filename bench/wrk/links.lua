-- POST /v1/links: a link for a customer who waits.
function init()
  wrk.method = "POST"
  wrk.path = "/v1/links"
  wrk.body = '{"customerId":"cus_bench"}'
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. os.getenv("LATCHKEY_TOKEN")
end

function done(summary, latency)
  io.write(string.format("LATCHKEY %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                         latency:percentile(99), summary.errors.status + summary.errors.read + summary.errors.timeout))
end
