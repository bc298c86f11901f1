//! The TLS platform: accounts, certificates, licences, deliveries, faults, journal.
