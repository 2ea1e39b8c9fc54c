//! What only one owner should do: the built-in capabilities and the user's own.

use rustc_hash::FxHashMap;
use ssot_facts::SiteKind;
use ssot_model::Config;

use crate::wildcard::fits;

/// A capability that every project has.
struct BuiltIn {
    name: &'static str,
    /// What exercising it is called, with its object.
    verb: &'static str,
    /// Dotted names; `()` asks for a call.
    patterns: &'static [&'static str],
    /// Words in the names of modules that wrap it.
    words: &'static [&'static str],
    /// Whether it takes part without an entry in `ssot.toml`.
    always: bool,
}

const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "environment",
        verb: "uses the process environment",
        patterns: &["os.environ", "os.environb", "os.getenv()", "os.putenv()", "os.unsetenv()"],
        words: &[
            "config",
            "settings",
            "setting",
            "configuration",
            "conf",
            "env",
            "environ",
            "environment",
        ],
        always: true,
    },
    BuiltIn {
        name: "ids",
        verb: "mints ids",
        patterns: &[
            "uuid.uuid1",
            "uuid.uuid4",
            "uuid.uuid6",
            "uuid.uuid7",
            "secrets.token_hex()",
            "secrets.token_urlsafe()",
            "nanoid.generate",
            "shortuuid.uuid",
            "shortuuid.ShortUUID()",
            "ulid.new",
            "ulid.ULID()",
            "ksuid.ksuid()",
            "cuid.cuid",
            "bson.ObjectId()",
            "bson.objectid.ObjectId()",
        ],
        words: &["id", "ids", "uuid", "uid", "identifier", "identifiers", "identity"],
        always: true,
    },
    BuiltIn {
        name: "database-client",
        verb: "opens database clients",
        patterns: &[
            "psycopg2.connect()",
            "psycopg2.pool.*Pool()",
            "psycopg.connect()",
            "psycopg.Connection.connect()",
            "psycopg.AsyncConnection.connect()",
            "psycopg_pool.*Pool()",
            "asyncpg.connect()",
            "asyncpg.create_pool()",
            "aiopg.create_pool()",
            "sqlalchemy.create_engine()",
            "sqlalchemy.engine.create_engine()",
            "sqlalchemy.ext.asyncio.create_async_engine()",
            "sqlmodel.create_engine()",
            "pymongo.MongoClient()",
            "pymongo.AsyncMongoClient()",
            "motor.motor_asyncio.AsyncIOMotorClient()",
            "redis.Redis()",
            "redis.StrictRedis()",
            "redis.from_url()",
            "redis.Redis.from_url()",
            "redis.ConnectionPool*()",
            "redis.asyncio.Redis()",
            "redis.asyncio.from_url()",
            "redis.asyncio.Redis.from_url()",
            "redis.asyncio.ConnectionPool*()",
            "aioredis.from_url()",
            "aioredis.create_redis_pool()",
            "clickhouse_connect.get_client()",
            "clickhouse_connect.get_async_client()",
            "clickhouse_connect.create_client()",
            "clickhouse_driver.Client()",
            "asynch.connect()",
            "sqlite3.connect()",
            "aiosqlite.connect()",
            "MySQLdb.connect()",
            "pymysql.connect()",
            "mysql.connector.connect()",
            "aiomysql.create_pool()",
            "duckdb.connect()",
            "elasticsearch.Elasticsearch()",
            "elasticsearch.AsyncElasticsearch()",
        ],
        words: &[
            "db",
            "database",
            "databases",
            "engine",
            "redis",
            "postgres",
            "postgresql",
            "mongo",
            "mongodb",
            "clickhouse",
            "sqlite",
            "mysql",
            "sql",
            "elastic",
            "elasticsearch",
        ],
        always: true,
    },
    BuiltIn {
        name: "http-client",
        verb: "builds HTTP clients",
        patterns: &[
            "requests.Session()",
            "requests.session()",
            "requests.sessions.Session()",
            "httpx.Client()",
            "httpx.AsyncClient()",
            "aiohttp.ClientSession()",
            "aiohttp.client.ClientSession()",
            "urllib3.PoolManager()",
            "urllib3.poolmanager.PoolManager()",
        ],
        words: &["http", "https", "httpx", "aiohttp", "requests", "transport"],
        always: true,
    },
    BuiltIn {
        name: "logging-setup",
        verb: "configures logging for the process",
        patterns: &[
            "logging.basicConfig()",
            "logging.config.dictConfig()",
            "logging.config.fileConfig()",
            "logging.root.addHandler()",
            "structlog.configure()",
            "loguru.logger.configure()",
            "loguru.logger.add()",
            "loguru.logger.remove()",
        ],
        words: &["logging", "log", "logs", "logger", "loggers", "telemetry", "observability"],
        always: true,
    },
    BuiltIn {
        name: "clock",
        verb: "reads the clock",
        patterns: &[
            "datetime.datetime.now",
            "datetime.datetime.utcnow",
            "datetime.datetime.today",
            "datetime.date.today",
            "time.time",
            "time.time_ns",
        ],
        words: &["clock", "time", "timing"],
        always: false,
    },
    BuiltIn {
        name: "randomness",
        verb: "draws random numbers",
        patterns: &["random.*()", "numpy.random.*()"],
        words: &["random", "randomness", "rng"],
        always: false,
    },
];

/// Constructors of generators that carry their own seed.
const SEEDED: [&str; 5] = ["Random", "SystemRandom", "default_rng", "RandomState", "Generator"];

/// One capability as it is looked for.
pub(crate) struct Capability<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What exercising it is called.
    pub(crate) verb: String,
    /// Words in the names of modules that wrap it; empty for the user's own.
    pub(crate) words: &'static [&'static str],
    /// Who may do it, as declared.
    pub(crate) owner: Vec<&'a str>,
    /// Where it is allowed besides.
    pub(crate) allow: Vec<&'a str>,
    /// What to use instead, as declared.
    pub(crate) instead: &'a str,
}

/// All capabilities that take part, and their patterns by first name.
pub(crate) struct Capabilities<'a> {
    pub(crate) all: Vec<Capability<'a>>,
    by_first: FxHashMap<&'a str, Vec<(usize, &'a str)>>,
    open: Vec<(usize, &'a str)>,
}

impl<'a> Capabilities<'a> {
    pub(crate) fn new(config: &'a Config) -> Self {
        let mut found = Self { all: Vec::new(), by_first: FxHashMap::default(), open: Vec::new() };
        for built_in in BUILT_IN {
            let declared = config.capability.iter().filter(|it| it.name == built_in.name);
            if built_in.always || declared.clone().next().is_some() {
                found.add(built_in.name, built_in.verb.to_owned(), built_in.words);
                found.patterns(built_in.patterns.iter().copied());
            }
        }
        for declared in &config.capability {
            let position = found.all.iter().position(|it| it.name == declared.name);
            let position = position.unwrap_or_else(|| {
                found.add(&declared.name, format!("uses `{}`", declared.name), &[])
            });
            let capability = &mut found.all[position];
            capability.owner.extend(declared.owner.iter().map(String::as_str));
            capability.allow.extend(declared.allow.iter().map(String::as_str));
            capability.instead = &declared.instead;
            for pattern in &declared.patterns {
                found.pattern(position, pattern);
            }
        }
        found
    }

    fn add(&mut self, name: &'a str, verb: String, words: &'static [&'static str]) -> usize {
        let (owner, allow) = (Vec::new(), Vec::new());
        self.all.push(Capability { name, verb, words, owner, allow, instead: "" });
        self.all.len() - 1
    }

    fn patterns(&mut self, patterns: impl Iterator<Item = &'a str>) {
        let position = self.all.len() - 1;
        patterns.for_each(|pattern| self.pattern(position, pattern));
    }

    fn pattern(&mut self, position: usize, pattern: &'a str) {
        let first = crate::uses::first_name(pattern);
        if first.contains('*') {
            self.open.push((position, pattern));
        } else {
            self.by_first.entry(first).or_default().push((position, pattern));
        }
    }

    /// Whether any pattern may match a name that begins like this.
    pub(crate) fn may_match(&self, first: &str) -> bool {
        !self.open.is_empty() || self.by_first.contains_key(first)
    }

    /// The capability that a use of an absolute name exercises, by its position.
    pub(crate) fn exercised(&self, absolute: &str, kind: SiteKind) -> Option<usize> {
        let first = crate::uses::first_name(absolute);
        let candidates = self.by_first.get(first).into_iter().flatten().chain(&self.open);
        let is_hit = |pattern: &str| {
            if let Some(callee) = pattern.strip_suffix("()") {
                return kind == SiteKind::Call && matches(callee, absolute);
            }
            let mut ends = absolute.match_indices(['.', '(', '[']).map(|(at, _)| at);
            matches(pattern, absolute) || ends.any(|end| matches(pattern, &absolute[..end]))
        };
        let mut hits = candidates.filter(|(_, pattern)| is_hit(pattern));
        let (position, pattern) = hits.next()?;
        let is_seeded =
            pattern.ends_with("random.*()") && SEEDED.contains(&crate::uses::last_name(absolute));
        (!is_seeded).then_some(*position)
    }
}

/// Whether a name matches a pattern. A star stands for no calls and subscripts.
fn matches(pattern: &str, name: &str) -> bool {
    fits(pattern, name) && !(pattern.contains('*') && name.contains(['(', '[']))
}
