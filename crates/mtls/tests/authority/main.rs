//! The local authority, judged by OpenSSL and nginx.

mod damage;
mod kill;
mod nginx;
mod openssl;
mod recipe;
mod requests;
mod scene;
