/** Logs Insights queries over the fields of the SDK's log lines, by name. */
export const SAVED_QUERIES = {
  errors: `fields @timestamp, level, component, message, correlation_id, error.name, error.message
| filter level in ["ERROR", "CRITICAL"]
| sort @timestamp desc
| limit 100`,
  'errors by component': `filter level in ["ERROR", "CRITICAL"]
| stats count(*) as errors by component, error.name
| sort errors desc
| limit 50`,
  'one correlation id': `fields @timestamp, level, component, kind, message
| filter correlation_id = "put the id here"
| sort @timestamp asc
| limit 1000`,
  'slow requests': `fields @timestamp, component, http.method, http.path, http.status, http.duration_ms, correlation_id
| filter http.duration_ms > 1000
| sort http.duration_ms desc
| limit 50`,
  'requests by path': `filter ispresent(http.path)
| stats count(*) as requests, pct(http.duration_ms, 99) as p99 by http.method, http.path
| sort requests desc
| limit 50`,
  'failed messages': `fields @timestamp, component, message, message_id, receive_count, correlation_id
| filter level in ["WARN", "ERROR"] and kind = "message"
| sort @timestamp desc
| limit 100`,
} as const;
