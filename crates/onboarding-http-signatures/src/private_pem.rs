//! Private keys in PEM, encrypted or not: PKCS#8, and SEC 1 as `openssl ec` writes it.
//!
//! Two kinds of encryption are read: that of PKCS#8 (PBES2 with PBKDF2 and AES-CBC, what `openssl pkcs8 -topk8` and
//! `openssl genpkey -aes256` write), and the older one of PEM itself (`Proc-Type: 4,ENCRYPTED`, what `openssl ec -aes256`
//! writes, a command that documentation of vendors still gives). The older one derives its key with a single round of MD5: it
//! protects no better than its passphrase is hard to guess.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2;
use md5::{Digest as _, Md5};
use pem::Pem;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Decode as _;
use pkcs8::pkcs5::pbes2::{EncryptionScheme, Kdf, Pbkdf2Prf};
use zeroize::Zeroizing;

use super::key_error::KeyError;
use super::limits::MAX_PBKDF2_ITERATIONS;
use super::pem_blocks::blocks;

/// A decrypted private key.
pub(super) enum PrivateKeyDer {
    /// In the form of PKCS#8.
    Pkcs8(Zeroizing<Vec<u8>>),
    /// In the form of SEC 1.
    Sec1(Zeroizing<Vec<u8>>),
}

/// The first private key of a PEM text; others, such as the curve's parameters, are passed over.
pub(super) fn private_key(text: &str, passphrase: Option<&str>) -> Result<PrivateKeyDer, KeyError> {
    let blocks = blocks(text)?;
    if blocks.is_empty() {
        return Err(KeyError::NotPem);
    }
    let block = blocks.into_iter().find(|block| block.tag().ends_with("PRIVATE KEY"));
    let block = block.ok_or(KeyError::NoPrivateKey)?;
    match block.tag() {
        "PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs8(Zeroizing::new(block.into_contents()))),
        "ENCRYPTED PRIVATE KEY" => {
            let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
            decrypt_pkcs8(block.contents(), passphrase).map(PrivateKeyDer::Pkcs8)
        }
        "EC PRIVATE KEY" => match block.headers().get("DEK-Info").map(str::to_owned) {
            None => Ok(PrivateKeyDer::Sec1(Zeroizing::new(block.into_contents()))),
            Some(info) => {
                let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
                decrypt_pem(block, &info, passphrase).map(PrivateKeyDer::Sec1)
            }
        },
        _ => Err(KeyError::UnsupportedKey),
    }
}

/// PKCS#8 with PBES2 (RFC 8018).
fn decrypt_pkcs8(der: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|_| KeyError::UnsupportedEncryption)?;
    let scheme = info.encryption_algorithm.pbes2().ok_or(KeyError::UnsupportedEncryption)?;
    let (cipher, iv) = match scheme.encryption {
        EncryptionScheme::Aes128Cbc { iv } => (&AES_128, iv),
        EncryptionScheme::Aes192Cbc { iv } => (&AES_192, iv),
        EncryptionScheme::Aes256Cbc { iv } => (&AES_256, iv),
        _ => return Err(KeyError::UnsupportedEncryption),
    };
    let Kdf::Pbkdf2(kdf) = &scheme.kdf else {
        return Err(KeyError::UnsupportedEncryption);
    };
    let hash = match kdf.prf {
        Pbkdf2Prf::HmacWithSha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Pbkdf2Prf::HmacWithSha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Pbkdf2Prf::HmacWithSha384 => pbkdf2::PBKDF2_HMAC_SHA384,
        Pbkdf2Prf::HmacWithSha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        _ => return Err(KeyError::UnsupportedEncryption),
    };
    if kdf.iteration_count > MAX_PBKDF2_ITERATIONS {
        // It would hang whoever loads the file.
        return Err(KeyError::TooManyIterations);
    }
    let iterations = NonZeroU32::new(kdf.iteration_count).ok_or(KeyError::UnsupportedEncryption)?;
    let mut key = Zeroizing::new(vec![0; key_length(cipher)]);
    pbkdf2::derive(hash, iterations, kdf.salt.as_ref(), passphrase.as_bytes(), &mut key);
    decrypt(cipher, &key, iv, Zeroizing::new(info.encrypted_data.as_bytes().to_vec()))
}

/// The encryption of PEM itself (RFC 1421, with OpenSSL's way from passphrase to key).
fn decrypt_pem(block: Pem, info: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (cipher, iv) = info.split_once(',').ok_or(KeyError::UnsupportedEncryption)?;
    let cipher = match cipher.trim() {
        "AES-128-CBC" => &AES_128,
        "AES-192-CBC" => &AES_192,
        "AES-256-CBC" => &AES_256,
        _ => return Err(KeyError::UnsupportedEncryption),
    };
    let iv = u128::from_str_radix(iv.trim(), 16).map_err(|_| KeyError::UnsupportedEncryption)?.to_be_bytes();
    let mut key = Zeroizing::new(Vec::new());
    let mut round = Zeroizing::new(Vec::new());
    while key.len() < key_length(cipher) {
        let mut hash = Md5::new();
        hash.update(round.as_slice());
        hash.update(passphrase);
        // The salt is the first half of the initialization vector.
        hash.update(&iv[..8]);
        round = Zeroizing::new(hash.finalize().to_vec());
        key.extend_from_slice(&round);
    }
    key.truncate(key_length(cipher));
    decrypt(cipher, &key, iv, Zeroizing::new(block.into_contents()))
}

fn decrypt(
    cipher: &'static Algorithm,
    key: &[u8],
    iv: [u8; 16],
    mut data: Zeroizing<Vec<u8>>,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let wrong = |_| KeyError::WrongPassphrase;
    let key = UnboundCipherKey::new(cipher, key).map_err(wrong)?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(wrong)?;
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    let length = key.decrypt(&mut data, context).map_err(wrong)?.len();
    data.truncate(length);
    Ok(data)
}

fn key_length(cipher: &Algorithm) -> usize {
    match cipher {
        cipher if *cipher == AES_128 => 16,
        cipher if *cipher == AES_192 => 24,
        _ => 32,
    }
}
