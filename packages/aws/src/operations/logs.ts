interface LogEvent {
  /** Milliseconds since the epoch. */
  timestamp?: number;
  message?: string;
}

/** The CloudWatch Logs operations that launchers use. */
export interface LogsOperations {
  FilterLogEvents: {
    input: {
      logGroupName: string;
      filterPattern?: string;
      startTime?: number;
      endTime?: number;
      nextToken?: string;
      limit?: number;
    };
    output: { events?: Array<LogEvent & { logStreamName?: string; eventId?: string }>; nextToken?: string };
  };
  GetLogEvents: {
    input: {
      logGroupName: string;
      logStreamName: string;
      startFromHead?: boolean;
      nextToken?: string;
      limit?: number;
    };
    output: { events?: LogEvent[]; nextForwardToken?: string; nextBackwardToken?: string };
  };
}
