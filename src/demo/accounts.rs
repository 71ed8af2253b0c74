//! Accounts of the demo: one or more per role that anybody may sign in with, and the staff of every program, who only
//! author opinions and cannot sign in.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::people::{Person, invented_name};
use super::profiles::{Profile, profiles};
use super::random::{Purpose, Row, Stream, row_id};
use super::tags::Vocabulary;
use crate::accounts::{Role, password};
use crate::db::Tx;
use crate::portfolio::reference;

/// An account with a password that `serve` prints.
#[derive(Clone, Copy, Debug)]
pub struct DemoAccount {
    pub role: Role,
    pub email: &'static str,
    scope: Scope,
}

#[derive(Clone, Copy, Debug)]
enum Scope {
    Agency,
    /// Number of a project of term 3.
    Project(&'static str),
    Program(&'static str),
    Area(&'static str),
    Ministry(&'static str),
}

/// Accounts that can sign in. The pair of R04 and R05 is the agency's own example of matching: each of their projects
/// has its PD. The committee members who can sign in are a quorum.
pub const ACCOUNTS: [DemoAccount; 21] = [
    account(Role::Administrator, "admin@demo.nakadachi.example", Scope::Agency),
    account(Role::StrategyUnit, "unit@demo.nakadachi.example", Scope::Agency),
    account(Role::ProgramDirector, "pd@demo.nakadachi.example", Scope::Project("1")),
    account(Role::ProgramDirector, "pd3@demo.nakadachi.example", Scope::Project("3")),
    account(Role::ProgramDirector, "pd5@demo.nakadachi.example", Scope::Project("5")),
    account(Role::ProgramDirector, "pd6@demo.nakadachi.example", Scope::Project("6")),
    account(Role::ProgramSupervisor, "ps@demo.nakadachi.example", Scope::Program("R05")),
    account(Role::ProgramSupervisor, "ps-next@demo.nakadachi.example", Scope::Program("R04")),
    account(Role::ProgramOfficer, "po@demo.nakadachi.example", Scope::Program("R05")),
    account(Role::ProgramOfficer, "po-next@demo.nakadachi.example", Scope::Program("R04")),
    account(Role::DiseaseCoordinator, "dc@demo.nakadachi.example", Scope::Area("cancer")),
    account(Role::DiseaseCoordinator, "dc-rare@demo.nakadachi.example", Scope::Area("rare")),
    account(Role::ProgramDivision, "division@demo.nakadachi.example", Scope::Program("R05")),
    account(Role::CommitteeMember, "committee@demo.nakadachi.example", Scope::Agency),
    account(Role::CommitteeMember, "committee2@demo.nakadachi.example", Scope::Agency),
    account(Role::CommitteeMember, "committee3@demo.nakadachi.example", Scope::Agency),
    account(Role::CommitteeMember, "committee4@demo.nakadachi.example", Scope::Agency),
    account(Role::CommitteeMember, "committee5@demo.nakadachi.example", Scope::Agency),
    account(Role::MinistryObserver, "observer@demo.nakadachi.example", Scope::Ministry("mhlw")),
    account(Role::MinistryObserver, "observer-mext@demo.nakadachi.example", Scope::Ministry("mext")),
    account(Role::Auditor, "auditor@demo.nakadachi.example", Scope::Agency),
];

const fn account(role: Role, email: &'static str, scope: Scope) -> DemoAccount {
    DemoAccount { role, email, scope }
}

/// The password of an account in the demo of a seed: known to everybody who has the program, and so never served to
/// a network unasked.
pub fn demo_password(seed: u64, email: &str) -> String {
    const WORDS: [&str; 32] = [
        "asagi",
        "botan",
        "chidori",
        "fuji",
        "ginkgo",
        "hagi",
        "ichou",
        "kaede",
        "keyaki",
        "kiku",
        "kosumosu",
        "matsu",
        "momiji",
        "nadeshiko",
        "nanohana",
        "ran",
        "renge",
        "rindo",
        "sakura",
        "satsuki",
        "sazanka",
        "shobu",
        "suiren",
        "sumire",
        "susuki",
        "tanpopo",
        "tsubaki",
        "tsutsuji",
        "ume",
        "yamabuki",
        "yuri",
        "zakuro",
    ];
    let index = email.bytes().fold(7_u64, |sum, b| sum.wrapping_mul(31).wrapping_add(u64::from(b))) >> 24;
    let mut stream = Stream::of(seed, Purpose::Account, index);
    let mut word = || *stream.pick(&WORDS);
    format!("{}-{}-{}", word(), word(), 1_000 + stream_number(seed, index))
}

fn stream_number(seed: u64, index: u64) -> usize {
    Stream::of(seed, Purpose::Account, (1 << 42) | index).below(9_000)
}

/// A member of the staff who writes opinions.
#[derive(Clone, Debug)]
pub struct Author {
    pub id: Uuid,
    pub email: String,
    pub role: Role,
}

/// Who writes opinions about what.
pub struct Staff {
    supervisors: Vec<Author>,
    officers: Vec<Author>,
    directors: Vec<Author>,
    coordinators: Vec<(String, Author)>,
}

impl Staff {
    /// PS and PO of the program at an index of the profiles.
    pub fn of_program(&self, profile: u8) -> [Author; 2] {
        [self.supervisors[usize::from(profile)].clone(), self.officers[usize::from(profile)].clone()]
    }

    /// PD of a project of term 3.
    pub fn director(&self, number: u8) -> Author {
        self.directors[usize::from(number.max(1) - 1) % self.directors.len()].clone()
    }

    /// DC of a disease area.
    pub fn coordinator(&self, area: &str) -> Option<Author> {
        self.coordinators.iter().find(|(code, _)| code == area).map(|(_, author)| author.clone())
    }
}

/// One row of `users` with its one role.
struct User {
    id: Uuid,
    email: String,
    name: (String, String),
    password_hash: Option<String>,
    role: Role,
    scope: Scope,
}

/// Writes all accounts with roles from the first day of the demo's last fiscal year but one.
pub async fn load(
    tx: &mut Tx<'_>,
    seed: u64,
    since: NaiveDate,
    at: DateTime<Utc>,
    vocabulary: &Vocabulary,
) -> anyhow::Result<Staff> {
    let mut users = Vec::new();
    for (n, account) in ACCOUNTS.iter().enumerate() {
        let hash = password::hash(demo_password(seed, account.email)).await?;
        users.push(user(seed, n, account.email.to_owned(), account.role, account.scope, Some(hash)));
    }
    let staff = staff(seed, &mut users);
    insert(tx, &users, since, at, vocabulary, seed).await?;
    Ok(staff)
}

fn staff(seed: u64, users: &mut Vec<User>) -> Staff {
    let mut add = |email: String, role, scope| {
        let user = user(seed, users.len(), email, role, scope, None);
        let author = Author { id: user.id, email: user.email.clone(), role };
        users.push(user);
        author
    };
    let mut of_programs = |role, kind: &str| -> Vec<Author> {
        let email = |p: &Profile| format!("{kind}.{}@staff.nakadachi.example", p.code.to_lowercase());
        profiles().iter().map(|p| add(email(p), role, Scope::Program(p.code))).collect()
    };
    let supervisors = of_programs(Role::ProgramSupervisor, "ps");
    let officers = of_programs(Role::ProgramOfficer, "po");
    let directors = ["1", "2", "3", "4", "5", "6", "7", "8"]
        .map(|n| add(format!("pd.{n}@staff.nakadachi.example"), Role::ProgramDirector, Scope::Project(n)))
        .to_vec();
    let coordinators = ["cancer", "rare", "lifestyle", "neuropsych", "aging", "child", "dental"]
        .map(|area| {
            let email = format!("dc.{area}@staff.nakadachi.example");
            (area.to_owned(), add(email, Role::DiseaseCoordinator, Scope::Area(area)))
        })
        .to_vec();
    Staff { supervisors, officers, directors, coordinators }
}

fn user(seed: u64, n: usize, email: String, role: Role, scope: Scope, password_hash: Option<String>) -> User {
    let Person { surname, given, .. } = invented_name(seed, n as u64);
    let name = (format!("{} {}", surname.0, given.0), format!("{} {}", given.2, surname.2));
    User { id: row_id(seed, Row::User, n as u64), email, name, password_hash, role, scope }
}

async fn insert(
    tx: &mut Tx<'_>,
    users: &[User],
    since: NaiveDate,
    at: DateTime<Utc>,
    vocabulary: &Vocabulary,
    seed: u64,
) -> sqlx::Result<()> {
    for (n, user) in users.iter().enumerate() {
        sqlx::query!(
            "INSERT INTO users (id, email, name_ja, name_en, password_hash, made_by_demo, created_at)
             VALUES ($1, $2, $3, $4, $5, true, $6)",
            user.id,
            user.email,
            user.name.0,
            user.name.1,
            user.password_hash,
            at
        )
        .execute(&mut **tx)
        .await?;
        let scope = user.scope;
        let project =
            if let Scope::Project(number) = scope { Some(reference::project_id("3", number)) } else { None };
        let program = if let Scope::Program(code) = scope { Some(reference::program_id(code)) } else { None };
        let area =
            if let Scope::Area(code) = scope { Some(vocabulary.id("disease_area", code)) } else { None };
        let ministry = if let Scope::Ministry(code) = scope { Some(code) } else { None };
        sqlx::query!(
            "INSERT INTO role_assignments (id, user_id, role, project_id, program_id, disease_area_id, ministry_code,
                                           valid_from)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            row_id(seed, Row::Role, n as u64),
            user.id,
            user.role.code(),
            project,
            program,
            area,
            ministry,
            since
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// The id of a demo account that can sign in.
pub fn account_id(seed: u64, email: &str) -> Option<Uuid> {
    let at = ACCOUNTS.iter().position(|account| account.email == email)?;
    Some(row_id(seed, Row::User, at as u64))
}

/// The ids of the committee members who can sign in: a quorum among seven seats, so that a meeting can be held by those
/// who try the demo.
pub fn committee_ids(seed: u64) -> Vec<Uuid> {
    let members = ACCOUNTS.iter().filter(|account| account.role == Role::CommitteeMember);
    members.filter_map(|account| account_id(seed, account.email)).collect()
}
