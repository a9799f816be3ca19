//! The two operations by hand: what a careful person writes with reqwest and serde when there is no client crate.

#![expect(clippy::struct_field_names, reason = "the members have the vendor's names")]

use chrono::{DateTime, NaiveDate, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT as USER_AGENT_HEADER};
use serde::{Deserialize, Serialize};

pub(crate) const USER_AGENT: &str = "bench/1";

/// A client for the two calls.
pub(crate) struct ByHand {
    http: reqwest::Client,
    base_url: String,
    authorization: HeaderValue,
}

impl ByHand {
    pub(crate) fn new(http: reqwest::Client, base_url: &str, secret: &str) -> anyhow::Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("GriffinAPIKey {secret}"))?;
        authorization.set_sensitive(true);
        Ok(Self { http, base_url: base_url.to_owned(), authorization })
    }

    pub(crate) async fn list_legal_persons(&self, organization: &str) -> reqwest::Result<LegalPersonList> {
        self.http
            .get(format!("{}/v0/organizations/{organization}/legal-persons", self.base_url))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(USER_AGENT_HEADER, HeaderValue::from_static(USER_AGENT))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }

    pub(crate) async fn create_legal_person(
        &self,
        organization: &str,
        body: &NewLegalPerson,
    ) -> reqwest::Result<LegalPerson> {
        self.http
            .post(format!("{}/v0/organizations/{organization}/legal-persons", self.base_url))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(AUTHORIZATION, self.authorization.clone())
            .header(USER_AGENT_HEADER, HeaderValue::from_static(USER_AGENT))
            .json(body)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct LegalPersonList {
    legal_persons: Vec<LegalPerson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<PageLinks>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct PageLinks {
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct LegalPersonUrl(String);

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct VerificationUrl(String);

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct UserUrl(String);

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct LegalPerson {
    legal_person_url: LegalPersonUrl,
    legal_person_type: LegalPersonType,
    display_name: String,
    created_at: DateTime<Utc>,
    legal_person_verifications_url: String,
    legal_person_decisions_url: String,
    legal_person_documents_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_status: Option<ApplicationStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_accounts_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_product_types_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corporation_verifications_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    individual_verifications_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latest_decision: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_person_bank_payees_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_person_claims_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_changed_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Decision {
    verification_url: VerificationUrl,
    decision_outcome: DecisionOutcome,
    decision_maker: DecisionMaker,
    created_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_user_url: Option<UserUrl>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_user_username: Option<String>,
}

/// Values beyond the documented ones are not kept: the cheapest form that does not fail on them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LegalPersonType {
    Individual,
    Corporation,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ApplicationStatus {
    Submitted,
    Referred,
    Accepted,
    Declined,
    Errored,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DecisionOutcome {
    Accepted,
    Declined,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DecisionMaker {
    System,
    OpsUser,
    User,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct NewLegalPerson {
    display_name: String,
    legal_person_type: LegalPersonType,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Vec<Claim>>,
}

/// The claims that the body has; the vendor knows more.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "claim-type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Claim {
    IndividualIdentity {
        given_name: String,
        surname: String,
        date_of_birth: NaiveDate,
        #[serde(skip_serializing_if = "Option::is_none")]
        middle_name: Option<String>,
    },
    MobileNumber {
        mobile_number: String,
    },
    ContactDetails {
        email_address: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        mobile_number: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        telephone_number: Option<String>,
    },
    IndividualResidence(Address),
    SoleTrader {
        trading_name: String,
        trading_address: Address,
    },
    Director {
        legal_person_url: LegalPersonUrl,
        #[serde(skip_serializing_if = "Option::is_none")]
        companies_house_url: Option<String>,
    },
    AlternativeNumber {
        telephone_number: String,
    },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Address {
    street_name: String,
    city: String,
    postal_code: String,
    country_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    building_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    building_number: Option<String>,
}
