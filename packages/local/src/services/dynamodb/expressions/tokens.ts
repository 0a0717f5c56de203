import { validationError } from '../errors.ts';
import type { RawOperand, RawStep } from './raw-operand.ts';

const WORDS = `
  ABORT ABSOLUTE ACTION ADD AFTER AGENT AGGREGATE ALL ALLOCATE ALTER ANALYZE AND ANY ARCHIVE ARE ARRAY AS ASC ASCII
  ASENSITIVE ASSERTION ASYMMETRIC AT ATOMIC ATTACH ATTRIBUTE AUTH AUTHORIZATION AUTHORIZE AUTO AVG BACK BACKUP BASE
  BATCH BEFORE BEGIN BETWEEN BIGINT BINARY BIT BLOB BLOCK BOOLEAN BOTH BREADTH BUCKET BULK BY BYTE CALL CALLED CALLING
  CAPACITY CASCADE CASCADED CASE CAST CATALOG CHAR CHARACTER CHECK CLASS CLOB CLOSE CLUSTER CLUSTERED CLUSTERING
  CLUSTERS COALESCE COLLATE COLLATION COLLECTION COLUMN COLUMNS COMBINE COMMENT COMMIT COMPACT COMPILE COMPRESS
  CONDITION CONFLICT CONNECT CONNECTION CONSISTENCY CONSISTENT CONSTRAINT CONSTRAINTS CONSTRUCTOR CONSUMED CONTINUE
  CONVERT COPY CORRESPONDING COUNT COUNTER CREATE CROSS CUBE CURRENT CURSOR CYCLE DATA DATABASE DATE DATETIME DAY
  DEALLOCATE DEC DECIMAL DECLARE DEFAULT DEFERRABLE DEFERRED DEFINE DEFINED DEFINITION DELETE DELIMITED DEPTH DEREF
  DESC DESCRIBE DESCRIPTOR DETACH DETERMINISTIC DIAGNOSTICS DIRECTORIES DISABLE DISCONNECT DISTINCT DISTRIBUTE DO
  DOMAIN DOUBLE DROP DUMP DURATION DYNAMIC EACH ELEMENT ELSE ELSEIF EMPTY ENABLE END EQUAL EQUALS ERROR ESCAPE ESCAPED
  EVAL EVALUATE EXCEEDED EXCEPT EXCEPTION EXCEPTIONS EXCLUSIVE EXEC EXECUTE EXISTS EXIT EXPLAIN EXPLODE EXPORT
  EXPRESSION EXTENDED EXTERNAL EXTRACT FAIL FALSE FAMILY FETCH FIELDS FILE FILTER FILTERING FINAL FINISH FIRST FIXED
  FLATTERN FLOAT FOR FORCE FOREIGN FORMAT FORWARD FOUND FREE FROM FULL FUNCTION FUNCTIONS GENERAL GENERATE GET GLOB
  GLOBAL GO GOTO GRANT GREATER GROUP GROUPING HANDLER HASH HAVE HAVING HEAP HIDDEN HOLD HOUR IDENTIFIED IDENTITY IF
  IGNORE IMMEDIATE IMPORT IN INCLUDING INCLUSIVE INCREMENT INCREMENTAL INDEX INDEXED INDEXES INDICATOR INFINITE
  INITIALLY INLINE INNER INNTER INOUT INPUT INSENSITIVE INSERT INSTEAD INT INTEGER INTERSECT INTERVAL INTO INVALIDATE
  IS ISOLATION ITEM ITEMS ITERATE JOIN KEY KEYS LAG LANGUAGE LARGE LAST LATERAL LEAD LEADING LEAVE LEFT LENGTH LESS
  LEVEL LIKE LIMIT LIMITED LINES LIST LOAD LOCAL LOCALTIME LOCALTIMESTAMP LOCATION LOCATOR LOCK LOCKS LOG LOGED LONG
  LOOP LOWER MAP MATCH MATERIALIZED MAX MAXLEN MEMBER MERGE METHOD METRICS MIN MINUS MINUTE MISSING MOD MODE MODIFIES
  MODIFY MODULE MONTH MULTI MULTISET NAME NAMES NATIONAL NATURAL NCHAR NCLOB NEW NEXT NO NONE NOT NULL NULLIF NUMBER
  NUMERIC OBJECT OF OFFLINE OFFSET OLD ON ONLINE ONLY OPAQUE OPEN OPERATOR OPTION OR ORDER ORDINALITY OTHER OTHERS OUT
  OUTER OUTPUT OVER OVERLAPS OVERRIDE OWNER PAD PARALLEL PARAMETER PARAMETERS PARTIAL PARTITION PARTITIONED PARTITIONS
  PATH PERCENT PERCENTILE PERMISSION PERMISSIONS PIPE PIPELINED PLAN POOL POSITION PRECISION PREPARE PRESERVE PRIMARY
  PRIOR PRIVATE PRIVILEGES PROCEDURE PROCESSED PROJECT PROJECTION PROPERTY PROVISIONING PUBLIC PUT QUERY QUIT QUORUM
  RAISE RANDOM RANGE RANK RAW READ READS REAL REBUILD RECORD RECURSIVE REDUCE REF REFERENCE REFERENCES REFERENCING
  REGEXP REGION REINDEX RELATIVE RELEASE REMAINDER RENAME REPEAT REPLACE REQUEST RESET RESIGNAL RESOURCE RESPONSE
  RESTORE RESTRICT RESULT RETURN RETURNING RETURNS REVERSE REVOKE RIGHT ROLE ROLES ROLLBACK ROLLUP ROUTINE ROW ROWS
  RULE RULES SAMPLE SATISFIES SAVE SAVEPOINT SCAN SCHEMA SCOPE SCROLL SEARCH SECOND SECTION SEGMENT SEGMENTS SELECT
  SELF SEMI SENSITIVE SEPARATE SEQUENCE SERIALIZABLE SESSION SET SETS SHARD SHARE SHARED SHORT SHOW SIGNAL SIMILAR
  SIZE SKEWED SMALLINT SNAPSHOT SOME SOURCE SPACE SPACES SPARSE SPECIFIC SPECIFICTYPE SPLIT SQL SQLCODE SQLERROR
  SQLEXCEPTION SQLSTATE SQLWARNING START STATE STATIC STATUS STORAGE STORE STORED STREAM STRING STRUCT STYLE SUB
  SUBMULTISET SUBPARTITION SUBSTRING SUBTYPE SUM SUPER SYMMETRIC SYNONYM SYSTEM TABLE TABLESAMPLE TEMP TEMPORARY
  TERMINATED TEXT THAN THEN THROUGHPUT TIME TIMESTAMP TIMEZONE TINYINT TO TOKEN TOTAL TOUCH TRAILING TRANSACTION
  TRANSFORM TRANSLATE TRANSLATION TREAT TRIGGER TRIM TRUE TRUNCATE TTL TUPLE TYPE UNDER UNDO UNION UNIQUE UNIT UNKNOWN
  UNLOGGED UNNEST UNPROCESSED UNSIGNED UNTIL UPDATE UPPER URL USAGE USE USER USERS USING UUID VACUUM VALUE VALUED
  VALUES VARCHAR VARIABLE VARIANCE VARINT VARYING VIEW VIEWS VIRTUAL VOID WAIT WHEN WHENEVER WHERE WHILE WINDOW WITH
  WITHIN WITHOUT WORK WRAPPED WRITE YEAR ZONE
`;

/**
 * The words that an expression may not use as attribute names, in upper case. Source: "Reserved
 * words in DynamoDB" in the developer guide, its misspellings included.
 */
const RESERVED_WORDS: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/**
 * @throws ServiceError for a name that DynamoDB reserves; `#placeholders` may stand for any name.
 */
export function checkReservedSteps(steps: readonly RawStep[]): void {
  for (const step of steps) {
    if ('name' in step && RESERVED_WORDS.has(step.name.toUpperCase())) {
      throw validationError(`Attribute name is a reserved keyword; reserved keyword: ${step.name}`);
    }
  }
}

/** {@link checkReservedSteps} for every path in an operand. */
export function checkReserved(operand: RawOperand): void {
  if (operand.kind === 'path') checkReservedSteps(operand.steps);
  else if (operand.kind === 'function') operand.args.forEach(checkReserved);
}

/** A piece of an expression. */
interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const PATTERN =
  /(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<name>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<number>[0-9]+)|(?<symbol><=|>=|<>|[=<>()[\],.+-])/y;

/** The token that `text` has at `start`; undefined for a character that begins none. */
function tokenAt(text: string, start: number): Token | undefined {
  PATTERN.lastIndex = start;
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) return undefined;
  for (const kind of ['word', 'name', 'value', 'number', 'symbol'] as const) {
    const found = groups[kind];
    if (found !== undefined) return { kind, text: found, start, end: start + found.length };
  }
  return undefined;
}

/** The tokens of an expression, read one by one; every syntax error comes from here. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  /** @throws ServiceError for a character that begins no token. */
  constructor(text: string) {
    this.#text = text;
    const tokens: Token[] = [];
    for (let start = this.#skipSpace(0); start < text.length; start = this.#skipSpace(tokens.at(-1)?.end ?? 0)) {
      const token = tokenAt(text, start);
      if (token === undefined) {
        // By code point, so that the message is well-formed.
        const odd = String.fromCodePoint(text.codePointAt(start) ?? 0);
        throw this.#error({ kind: 'symbol', text: odd, start, end: start + odd.length }, tokens.at(-1), undefined);
      }
      tokens.push(token);
    }
    tokens.push({ kind: 'end', text: '<EOF>', start: text.length, end: text.length });
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.peek(0);
  }

  /** The token `ahead` of the next one. */
  peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token; // there is always an end token
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Takes the next token if it is this symbol. */
  takeSymbol(symbol: string): boolean {
    const matches = this.next.kind === 'symbol' && this.next.text === symbol;
    if (matches) this.#at += 1;
    return matches;
  }

  /** Takes the next token if it is this keyword, in any case. */
  takeKeyword(keyword: string): boolean {
    const matches = this.isKeyword(keyword);
    if (matches) this.#at += 1;
    return matches;
  }

  isKeyword(keyword: string): boolean {
    return this.next.kind === 'word' && this.next.text.toUpperCase() === keyword;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.syntaxError();
  }

  expectEnd(): void {
    if (this.next.kind !== 'end') throw this.syntaxError();
  }

  /** The next token does not fit. */
  syntaxError() {
    return this.#error(this.next, this.#at > 0 ? this.#tokens[this.#at - 1] : undefined, this.peek(1));
  }

  #error(token: Token, before: Token | undefined, after: Token | undefined) {
    const near = this.#text.slice(before?.start ?? token.start, after?.end ?? token.end).trim();
    return validationError(`Syntax error; token: "${token.text}", near: "${near}"`);
  }

  #skipSpace(from: number): number {
    let at = from;
    while (at < this.#text.length && ' \t\r\n'.includes(this.#text.charAt(at))) at += 1;
    return at;
  }
}

/** Words that no part of an expression may use as a name unless a placeholder stands for it. */
export type Keywords = ReadonlySet<string>;

/** One name or `#placeholder`. */
function parseStep(reader: TokenReader, keywords: Keywords): RawStep {
  const { kind, text } = reader.next;
  if (kind === 'name') {
    reader.take();
    return { placeholder: text };
  }
  if (kind !== 'word' || keywords.has(text.toUpperCase())) throw reader.syntaxError();
  reader.take();
  return { name: text };
}

/** The parts that may follow a path's beginning: `.name`, `[0]`. */
export function parseFurtherSteps(reader: TokenReader, keywords: Keywords): RawStep[] {
  const steps: RawStep[] = [];
  for (;;) {
    if (reader.takeSymbol('.')) {
      steps.push(parseStep(reader, keywords));
    } else if (reader.takeSymbol('[')) {
      if (reader.next.kind !== 'number') throw reader.syntaxError();
      steps.push({ index: Number(reader.take().text) });
      reader.expectSymbol(']');
    } else return steps;
  }
}

/** `a`, `#a`, `a.b[0].#c`. */
export function parsePath(reader: TokenReader, keywords: Keywords): readonly RawStep[] {
  return [parseStep(reader, keywords), ...parseFurtherSteps(reader, keywords)];
}
