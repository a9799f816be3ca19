//! Calls and lists from code that is not async.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use onboarding_core::{
    Call, Download, Error, JsonValue, Method, NoDeclaredError, Operation, Pages, Paging, Refused, RefusedCall,
    SendBlocking as _, block_on,
};

use crate::common::{Server, Step, builder, client, json, response};

static GET: Operation = Operation::new("get", Method::GET, "/things");

/// A server on a runtime of its own: nobody who calls it drives it.
fn serve(respond: fn(usize) -> Vec<Step>) -> Server {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            sender.send(Server::start(move |number, _| respond(number)).await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    receiver.recv().unwrap()
}

/// Two items on each of three pages, and then none.
fn list(client: &onboarding_core::Client) -> Pages<Vec<JsonValue>, NoDeclaredError> {
    Pages::new(client.request(&GET).returns_json(), Paging::number("page", "limit"))
}

fn pages(number: usize) -> Vec<Step> {
    json(200, if number < 3 { format!("[{},{}]", 2 * number, 2 * number + 1) } else { "[]".to_owned() })
}

#[test]
fn a_call_is_sent_and_waited_for() {
    let server = serve(|number| json(if number == 0 { 503 } else { 200 }, "7"));
    // The first attempt fails, and the pause before the next is a clock's.
    let client = builder(&server).build().unwrap().0;
    let call = || -> Call<JsonValue, NoDeclaredError> { client.request(&GET).returns_json() };
    assert_eq!(call().send_blocking().unwrap(), serde_json::json!(7));
    assert_eq!(server.count(), 2);
    let threads: Vec<_> = (0..4).map(|_| call()).map(|call| thread::spawn(|| call.send_blocking())).collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap().unwrap(), serde_json::json!(7));
    }
    assert_eq!(server.count(), 6);
}

#[test]
fn a_call_that_is_late_is_an_error() {
    let server = serve(|_| vec![Step::Pause(Duration::from_secs(60))]);
    let call = client(&server).request(&GET).returns_json::<JsonValue, NoDeclaredError>();
    assert!(call.timeout(Duration::from_millis(50)).send_blocking().unwrap_err().is_timeout());
}

#[test]
fn the_items_of_a_list_are_iterated_over() {
    let server = serve(pages);
    let items: Result<Vec<JsonValue>, _> = list(&client(&server)).items().blocking().collect();
    assert_eq!(serde_json::to_string(&items.unwrap()).unwrap(), "[0,1,2,3,4,5]");
    assert_eq!(server.count(), 4);

    let server = serve(pages);
    let mut pages = list(&client(&server)).blocking();
    assert_eq!(pages.next().unwrap().unwrap().len(), 2);
    assert_eq!(pages.list().position(), Some("2"));
    assert_eq!((pages.by_ref().count(), server.count()), (2, 4));
    assert!(pages.next().is_none());
}

#[test]
fn a_download_is_read_by_the_same_runtime() {
    let server = serve(|_| response("200 OK", &[], "a file"));
    let call = client(&server).request(&GET).returns_download::<NoDeclaredError>();
    let file: Download = call.send_blocking().unwrap();
    assert_eq!(block_on(file.bytes()).unwrap().unwrap(), "a file");
}

fn is_refused<T>(result: Result<T, Error<NoDeclaredError>>) -> bool {
    let Err(error) = result else { return false };
    assert!(!error.is_validation(), "{error:?}");
    matches!(error, Error::Refused(RefusedCall { reason: Refused::Blocking, .. }))
}

#[tokio::test]
async fn within_async_code_it_is_an_error_and_nothing_is_sent() {
    let server = Server::start(|_, _| json(200, "[]")).await;
    let client = client(&server);
    let call = || client.request(&GET).returns_json::<JsonValue, NoDeclaredError>();
    assert!(is_refused(call().send_blocking()));
    let mut items = list(&client).items().blocking();
    assert!(is_refused(items.next().unwrap()) && items.next().is_none());
    assert_eq!(block_on(async {}), Err(Refused::Blocking));
    let in_pool = call();
    assert!(is_refused(tokio::task::spawn_blocking(|| in_pool.send_blocking()).await.unwrap()));
    assert_eq!(server.count(), 0);
}
