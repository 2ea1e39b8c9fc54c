//! A port that nobody on another machine reaches.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

/// A port of the loopback interface, which nobody on another machine reaches.
#[derive(Debug)]
pub struct LocalListener {
    listener: TcpListener,
    address: SocketAddr,
}

impl LocalListener {
    /// Takes a port; zero takes one that is free.
    pub async fn bind(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What accepts connections.
    pub fn into_inner(self) -> TcpListener {
        self.listener
    }
}
