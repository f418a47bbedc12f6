//! Which certificate authorities are trusted.

use aws_smithy_http_client::tls::TrustStore;

/// The roots of Amazon Trust Services: Amazon Root CA 1 to 4 and Starfield Services Root CA G2.
///
/// Taken on 2026-11-21 from Mozilla's bundle as Debian packages it (`ca-certificates` 20230311); named as
/// the roots of all AWS endpoints by <https://www.amazontrust.com/repository/>. The first of them
/// expires on 2037-12-31. A test holds their names and SHA-256 fingerprints.
pub const AMAZON_TRUST_SERVICES: &str = include_str!("../roots/amazon-trust-services.pem");

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roots {
    /// Those that AWS endpoints chain to, compiled in: a function reads no certificate file in its init.
    AmazonTrustServices,
    /// Those of the system: behind a company's proxy the tool needs them.
    System,
}

impl Roots {
    /// Each certificate alone, as PEM text.
    fn embedded() -> impl Iterator<Item = String> {
        const END: &str = "-----END CERTIFICATE-----";
        AMAZON_TRUST_SERVICES
            .split_inclusive(END)
            .filter(|part| part.trim_end().ends_with(END))
            .map(|part| format!("{}\n", part.trim()))
    }

    pub(crate) fn trust_store(self) -> TrustStore {
        match self {
            Self::AmazonTrustServices => {
                Self::embedded().fold(TrustStore::empty(), TrustStore::with_pem_certificate)
            }
            Self::System => TrustStore::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};
    use x509_parser::prelude::{FromDer as _, X509Certificate};

    use super::*;

    #[test]
    fn the_embedded_roots_are_amazons_and_sign_for_themselves() {
        let expected = [
            ("CN=Amazon Root CA 1", 2038, 0x8ecd_e688_4f3d_87b1_u64),
            ("CN=Amazon Root CA 2", 2040, 0x1ba5_b2aa_8c65_401a_u64),
            ("CN=Amazon Root CA 3", 2040, 0x18ce_6cfe_7bf1_4e60_u64),
            ("CN=Amazon Root CA 4", 2040, 0xe35d_2841_9ed0_2025_u64),
            (
                "CN=Starfield Services Root Certificate Authority - G2",
                2037,
                0x568d_6905_a2c8_8708_u64,
            ),
        ];
        let found: Vec<String> = Roots::embedded().collect();
        assert_eq!(found.len(), expected.len());
        for (pem, (name, year, fingerprint)) in found.iter().zip(expected) {
            let body: String = pem
                .lines()
                .filter(|line| !line.starts_with("-----"))
                .collect();
            let der = base64::engine::general_purpose::STANDARD
                .decode(body)
                .unwrap();
            let (rest, certificate) = X509Certificate::from_der(&der).unwrap();
            assert!(rest.is_empty());
            let digest: [u8; 32] = Sha256::digest(&der).into();
            let digest = u64::from_be_bytes(digest[..8].try_into().unwrap());
            assert_eq!(digest, fingerprint);
            let subject = certificate.subject().to_string();
            assert!(subject.ends_with(name), "{subject}");
            assert_eq!(certificate.subject(), certificate.issuer());
            assert_eq!(certificate.validity().not_after.to_datetime().year(), year);
            assert!(certificate.is_ca());
        }
    }
}
