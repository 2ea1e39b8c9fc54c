//! One question over HTTP and its answer, limited in size and time. Redirects are answers.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::NetError;
use super::address::Reach;
use super::dial::dialled;

/// A question.
#[derive(Debug, Clone)]
pub struct Ask {
    /// `GET`, `POST` and so on.
    pub method: Method,
    /// Whom, and what of them.
    pub address: String,
    /// Besides `Host`.
    pub headers: Vec<(HeaderName, String)>,
    /// What is sent along.
    pub body: Vec<u8>,
    /// Where the address may lead.
    pub reach: Reach,
    /// The largest answer, in bytes.
    pub largest: usize,
    /// How long everything may take.
    pub patience: Duration,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// 200 and so on.
    pub status: u16,
    /// What it says itself to be, `application/json`.
    pub kind: String,
    /// The answer itself.
    pub body: Vec<u8>,
}

/// Asks.
pub async fn ask(question: Ask) -> Result<Answer, NetError> {
    let (late, patience) = (question.address.clone(), question.patience);
    timeout(patience, answered(question)).await.map_err(|_| NetError::Late(late))?
}

async fn answered(question: Ask) -> Result<Answer, NetError> {
    let (connection, target, uri) = dialled(&question.address, question.reach).await?;
    let name = target.authority();
    let unusable =
        |error: &dyn std::fmt::Display| NetError::Unusable(name.clone(), error.to_string());
    let path = uri.path_and_query().map_or("/", |it| it.as_str());
    let mut request = Request::new(Full::new(Bytes::from(question.body)));
    *request.method_mut() = question.method;
    *request.uri_mut() =
        path.parse().map_err(|error: hyper::http::uri::InvalidUri| unusable(&error))?;
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| unusable(&error));
    request.headers_mut().insert(HOST, value(&name)?);
    for (header, text) in &question.headers {
        request.headers_mut().insert(header.clone(), value(text)?);
    }
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(connection))
        .await
        .map_err(|error| unusable(&error))?;
    // It ends with the question: dropping the sender closes it.
    let driver = tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    let answer = answer.map_err(|error| NetError::Unreachable(name.clone(), error.to_string()))?;
    let kind = answer.headers().get(hyper::header::CONTENT_TYPE);
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), question.largest).collect().await;
    let body = body.map_err(|error| unusable(&error))?.to_bytes().to_vec();
    driver.abort();
    Ok(Answer { status, kind, body })
}
