//! The save protocol of docs/kiosk-protocol.md, checked exhaustively on a small world: two kiosks, three answers, a network that
//! loses, repeats and reorders, a server that dies between receiving and committing, and a take-over at any moment.

use std::collections::{BTreeMap, BTreeSet};

use stateright::{Checker, Model, Property};

type Seq = u8;
/// What was answered; each input is a value of its own, so that a mix-up shows.
type Value = u8;
type Epoch = u8;

/// How the server is built. The real one checks the epoch in the transaction that commits; the other two show that the model can fail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    ChecksEpochWhenCommitting,
    ChecksEpochWhenReceiving,
    AcknowledgesBeforeCommitting,
}

struct World {
    server: Server,
    inputs: Value,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Kiosk {
    /// Holds the attempt, as far as it knows.
    epoch: Option<Epoch>,
    next_seq: Seq,
    /// On the kiosk's disk: survives its death, until acknowledged.
    journal: BTreeMap<Seq, Value>,
    acknowledged: BTreeMap<Seq, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Message {
    Save { kiosk: usize, epoch: Epoch, seq: Seq, value: Value },
    Acknowledge { kiosk: usize, seq: Seq },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct State {
    kiosks: [Kiosk; 2],
    inputs: Value,
    /// Messages under way; one that was delivered may be delivered again.
    network: BTreeSet<Message>,
    /// Received, not yet committed: lost when the server dies.
    pending: BTreeSet<Message>,
    durable: BTreeMap<Seq, Value>,
    epoch: Epoch,
    /// A number was committed twice with different values.
    overwritten: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Answer(usize),
    Send(usize, Seq),
    Deliver(Message),
    Lose(Message),
    Commit,
    ServerDies,
    TakeOver,
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let idle = Kiosk { epoch: None, next_seq: 1, journal: BTreeMap::new(), acknowledged: BTreeMap::new() };
        let first = Kiosk { epoch: Some(1), ..idle.clone() };
        vec![State {
            kiosks: [first, idle],
            inputs: 0,
            network: BTreeSet::new(),
            pending: BTreeSet::new(),
            durable: BTreeMap::new(),
            epoch: 1,
            overwritten: false,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (n, kiosk) in state.kiosks.iter().enumerate() {
            if kiosk.epoch.is_some() {
                if state.inputs < self.inputs {
                    steps.push(Step::Answer(n));
                }
                steps.extend(kiosk.journal.keys().map(|seq| Step::Send(n, *seq)));
            }
        }
        for message in &state.network {
            steps.push(Step::Deliver(*message));
            steps.push(Step::Lose(*message));
        }
        if !state.pending.is_empty() {
            steps.push(Step::Commit);
            steps.push(Step::ServerDies);
        }
        if state.kiosks[1].epoch.is_none() {
            steps.push(Step::TakeOver);
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = last.clone();
        match step {
            Step::Answer(n) => {
                state.inputs += 1;
                let kiosk = &mut state.kiosks[n];
                kiosk.journal.insert(kiosk.next_seq, state.inputs);
                kiosk.next_seq += 1;
            }
            Step::Send(n, seq) => {
                let kiosk = &state.kiosks[n];
                let save = Message::Save { kiosk: n, epoch: kiosk.epoch?, seq, value: *kiosk.journal.get(&seq)? };
                state.network.insert(save);
            }
            Step::Lose(message) => {
                state.network.remove(&message);
            }
            Step::Deliver(Message::Acknowledge { kiosk: n, seq }) => {
                let kiosk = &mut state.kiosks[n];
                if let Some(value) = kiosk.journal.remove(&seq) {
                    kiosk.acknowledged.insert(seq, value);
                }
            }
            Step::Deliver(save @ Message::Save { kiosk, epoch, seq, .. }) => {
                if self.server == Server::ChecksEpochWhenReceiving && epoch != state.epoch {
                    return None;
                }
                state.pending.insert(save);
                if self.server == Server::AcknowledgesBeforeCommitting {
                    state.network.insert(Message::Acknowledge { kiosk, seq });
                }
            }
            Step::Commit => {
                for message in std::mem::take(&mut state.pending) {
                    let Message::Save { kiosk, epoch, seq, value } = message else { continue };
                    // An older epoch is told that another kiosk has taken over; nothing of it is written.
                    if self.server != Server::ChecksEpochWhenReceiving && epoch != state.epoch {
                        continue;
                    }
                    let kept = *state.durable.entry(seq).or_insert(value);
                    state.overwritten |= kept != value;
                    state.network.insert(Message::Acknowledge { kiosk, seq });
                }
            }
            Step::ServerDies => state.pending.clear(),
            Step::TakeOver => {
                state.epoch += 1;
                let next_seq = state.durable.keys().next_back().map_or(1, |seq| seq + 1);
                state.kiosks[1] = Kiosk { epoch: Some(state.epoch), next_seq, journal: BTreeMap::new(), acknowledged: BTreeMap::new() };
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("what was acknowledged is durable, with the value that was given", |_, state: &State| {
                state.kiosks.iter().flat_map(|kiosk| &kiosk.acknowledged).all(|(seq, value)| state.durable.get(seq) == Some(value))
            }),
            Property::always("a number is taken once", |_, state: &State| !state.overwritten),
            Property::always("what was given is acknowledged or still in the journal of a kiosk", |_, state: &State| {
                let kept: BTreeSet<Value> =
                    state.kiosks.iter().flat_map(|kiosk| kiosk.journal.values().chain(kiosk.acknowledged.values())).copied().collect();
                (1..=state.inputs).all(|value| kept.contains(&value))
            }),
            Property::sometimes("the later kiosk goes on after the earlier one's answers", |_, state: &State| {
                state.kiosks[0].acknowledged.len() == 1 && state.kiosks[1].acknowledged.contains_key(&2)
            }),
        ]
    }
}

fn discoveries(server: Server, inputs: Value) -> (usize, Vec<&'static str>) {
    let checker = World { server, inputs }.checker().threads(2).spawn_bfs().join();
    let mut found: Vec<&'static str> = checker.discoveries().into_keys().collect();
    found.sort_unstable();
    (checker.unique_state_count(), found)
}

#[test]
fn no_acknowledged_answer_is_lost_or_doubled_in_any_order_of_events() {
    let (states, found) = discoveries(Server::ChecksEpochWhenCommitting, 3);
    assert_eq!(found, ["the later kiosk goes on after the earlier one's answers"], "of {states} states");
    assert!(states > 10_000, "a world of {states} states is too small to say anything");
}

#[test]
fn a_server_that_checks_the_epoch_too_early_or_acknowledges_too_early_is_caught() {
    let (_, found) = discoveries(Server::ChecksEpochWhenReceiving, 2);
    assert!(found.contains(&"a number is taken once"), "{found:?}");
    let (_, found) = discoveries(Server::AcknowledgesBeforeCommitting, 2);
    assert!(found.contains(&"what was acknowledged is durable, with the value that was given"), "{found:?}");
}
