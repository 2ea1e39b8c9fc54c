//! The repositories that a server serves, and to whom.

use std::path::{Path, PathBuf};

use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use ssot_model::{ProjectId, Timestamp, UserId};

use super::users::Role;
use super::{Store, StoreError, taken};

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Project {
    /// The identity.
    pub project: ProjectId,
    /// What it is called.
    pub name: String,
    /// Where it is on this machine; told to nobody but its members.
    pub root: PathBuf,
    /// Since when.
    pub created: Timestamp,
}

/// Somebody to whom a project is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What the user is called.
    pub name: String,
    /// As what.
    pub role: Role,
}

impl Store {
    /// Adds a repository; one at the same place is there already.
    pub async fn add_project(&self, name: &str, root: &Path) -> Result<Project, StoreError> {
        let project = Project {
            project: self.ids.project(),
            name: name.to_owned(),
            root: root.to_owned(),
            created: self.clock.now(),
        };
        let root = root.to_str().ok_or_else(|| {
            StoreError::Failed("the path of the repository is not UTF-8".to_owned())
        })?;
        let mut writer = self.writer().await?;
        sqlx::query("INSERT INTO projects (project, name, root, created) VALUES (?, ?, ?, ?)")
            .bind(project.project.as_str())
            .bind(name)
            .bind(root)
            .bind(project.created.0)
            .execute(&mut *writer)
            .await
            .map_err(taken("the project"))?;
        Ok(project)
    }

    /// All repositories.
    pub async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        let rows = sqlx::query("SELECT * FROM projects ORDER BY name, project")
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Makes somebody a member, or changes as what.
    pub async fn set_member(
        &self,
        project: &ProjectId,
        user: &UserId,
        role: Role,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(
            "INSERT INTO members (project, user, role) VALUES (?, ?, ?)
             ON CONFLICT (project, user) DO UPDATE SET role = excluded.role",
        )
        .bind(project.as_str())
        .bind(user.as_str())
        .bind(role.as_str())
        .execute(&mut *writer)
        .await?;
        Ok(())
    }

    /// Closes a project to a user; whether it was open.
    pub async fn remove_member(
        &self,
        project: &ProjectId,
        user: &UserId,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let gone = sqlx::query("DELETE FROM members WHERE project = ? AND user = ?")
            .bind(project.as_str())
            .bind(user.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(gone.rows_affected() > 0)
    }

    /// As what a project is open to a user, if it is.
    pub async fn role(
        &self,
        project: &ProjectId,
        user: &UserId,
    ) -> Result<Option<Role>, StoreError> {
        let role: Option<String> =
            sqlx::query_scalar("SELECT role FROM members WHERE project = ? AND user = ?")
                .bind(project.as_str())
                .bind(user.as_str())
                .fetch_optional(&self.readers)
                .await?;
        Ok(role.as_deref().and_then(Role::parse))
    }

    /// To whom a project is open.
    pub async fn members(&self, project: &ProjectId) -> Result<Vec<Member>, StoreError> {
        let rows = sqlx::query(
            "SELECT user, name, role FROM members JOIN users USING (user)
             WHERE project = ? ORDER BY name, user",
        )
        .bind(project.as_str())
        .fetch_all(&self.readers)
        .await?;
        let members = rows.iter().map(|row| {
            let role = Role::parse(row.try_get(2)?);
            Ok(Member {
                user: UserId::new(row.try_get::<String, _>(0)?),
                name: row.try_get(1)?,
                role: role.ok_or_else(|| sqlx::Error::Decode("an unknown role".into()))?,
            })
        });
        Ok(members.collect::<Result<_, sqlx::Error>>()?)
    }
}

fn read(row: &SqliteRow) -> Result<Project, sqlx::Error> {
    Ok(Project {
        project: ProjectId::new(row.try_get::<String, _>("project")?),
        name: row.try_get("name")?,
        root: PathBuf::from(row.try_get::<String, _>("root")?),
        created: Timestamp(row.try_get("created")?),
    })
}
