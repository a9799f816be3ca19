//! Profiles and policies that differ from the RFC's in what vendors do differently.

#![allow(dead_code, reason = "each test uses some of them")]

use std::time::Duration;

use onboarding_http_signatures::{
    BodyDigest, ComponentNames, Covered, DigestAlgorithm, DigestHeader, EcdsaEncoding, OtherHeaders, Parameter, Policy,
    Profile,
};

/// All headers that the caller sets are signed, ECDSA is written as ASN.1, and a header beside the signature says its version.
pub(crate) fn all_headers() -> Profile {
    let mut profile = Profile::rfc9421();
    profile.components = vec![
        Covered::always("@method"),
        Covered::always("@path"),
        Covered::when_present("@query"),
        Covered::always("accept"),
        Covered::with_body("content-digest"),
        Covered::with_body("content-length"),
    ];
    profile.other_headers = OtherHeaders::signed_except(["user-agent", "host"], ["x-", "signature-"]);
    profile.digest = BodyDigest::WithBody(DigestHeader::ContentDigest, DigestAlgorithm::Sha512);
    profile.date = true;
    profile.content_length = true;
    profile.parameters = vec![Parameter::KeyId, Parameter::Created, Parameter::Expires, Parameter::Nonce];
    profile.lifetime = Duration::from_secs(30);
    profile.ecdsa = EcdsaEncoding::Der;
    profile.unsigned_headers =
        vec![("signature-version".parse().expect("it is a name"), "15".parse().expect("it is a value"))];
    profile
}

/// The same after draft 6, with bare names of components and the older header of the digest.
pub(crate) fn draft_6() -> Profile {
    let mut profile = all_headers();
    profile.names = ComponentNames::Bare;
    profile.digest = BodyDigest::WithBody(DigestHeader::Digest, DigestAlgorithm::Sha256);
    for part in &mut profile.components {
        if part.component.name() == "content-digest" {
            *part = Covered::with_body("digest");
        }
    }
    profile
}

/// What is asked of webhooks that are signed after draft 6.
pub(crate) fn draft_6_policy() -> Policy {
    let mut policy = Policy::rfc9421();
    policy.label = Some("sig1".to_owned());
    policy.required = vec![Covered::always("@method"), Covered::always("@path"), Covered::when_present("@query")];
    policy.digest = Some(DigestHeader::Digest);
    policy.ecdsa = vec![EcdsaEncoding::Der, EcdsaEncoding::Fixed];
    policy.names = ComponentNames::Bare;
    policy
}

/// The body is digested also when there is none, and of the headers only those that are named are signed.
pub(crate) fn always_digested() -> Profile {
    let mut profile = Profile::rfc9421();
    profile.components = vec![
        Covered::always("@method"),
        Covered::always("@authority"),
        Covered::always("@path"),
        Covered::when_present("@query"),
        Covered::when_present("content-type"),
        Covered::with_body("content-length"),
        Covered::always("date"),
        Covered::always("content-digest"),
    ];
    profile.digest = BodyDigest::Always(DigestHeader::ContentDigest, DigestAlgorithm::Sha512);
    profile.date = true;
    profile.content_length = true;
    profile.lifetime = Duration::from_secs(300);
    profile
}
