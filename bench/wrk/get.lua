-- GET: what one round trip to the API costs, without the engine.
function done(summary, latency)
  io.write(string.format("LATCHKEY %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
                         latency:percentile(99), summary.errors.status + summary.errors.read + summary.errors.timeout))
end
