//! Takes a customer on with Amiqus ID: a client, a record with a photo-ID check, a refused request, an update that clears a
//! member, and all clients over three pages. The vendor is a server in this process, on loopback.
//!
//! `cargo run --example onboard_customer`

#![allow(clippy::print_stdout, reason = "an example shows what it got")]

mod vendor;

use onboarding::amiqus::errors::CreateClientError;
use onboarding::amiqus::types::{
    NewClient, NewName, NewPhotoIdPreferences, NewPhotoIdStep, NewRecord, NewRecordFromSteps, NewRecordStep,
    NewStandardPhotoIdPreferences, NotificationChannel, PhotoIdDocument, RecordNotification, UpdateClient,
};
use onboarding::amiqus::{Client, Credentials};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = vendor::start().await;
    let client = Client::builder().base_url(server.uri()).credentials(Credentials::access_token("a-token")).build()?;

    let new = NewClient::new(NewName::new("Ann", "Example"), "ann@example.com").mobile("+447700900000");
    let customer = client.create_client(&new).send().await?;
    println!("client {}", customer.id);

    let photo_id = NewStandardPhotoIdPreferences::new(vec![PhotoIdDocument::Passport]);
    let step = NewRecordStep::CheckPhotoId(NewPhotoIdStep::new(NewPhotoIdPreferences::Standard(photo_id)));
    let steps = NewRecordFromSteps::new(
        customer.id,
        vec![step],
        RecordNotification::NotificationChannel(NotificationChannel::Email),
    );
    let record = client.create_record(&NewRecord::NewRecordFromSteps(steps)).send().await?;
    println!("record {}", record.id);

    // The vendor knows this address already, and says which member is at fault.
    let again = client.create_client(&new).send().await.expect_err("the address is taken");
    if let Some(CreateClientError::UnprocessableContent(members)) = again.declared() {
        for (member, messages) in members {
            // The texts may repeat what was sent, so they show themselves only when asked to.
            for message in messages {
                println!("refused: {member}: {}", message.as_str());
            }
        }
    }

    // What is left out stays as it is; the mobile number is cleared.
    let updated = client.update_client(customer.id, &UpdateClient::new().clear_mobile()).send().await?;
    println!("mobile number after the update: {:?}", updated.mobile.is_some());

    let mut clients = client.list_clients().limit(2).items();
    while let Some(listed) = clients.next().await {
        println!("listed client {}", listed?.id);
    }
    Ok(())
}
