"""RAPTOR, compiled: rounds of trains, for one departure after another, the latest first.

Kernels see integers and arrays only; `Network.search_arrays` and `Network.departure_arrays` say
which, in their order. Minutes are rail minutes, `NEVER` is after all of them. They release the
interpreter's lock.

A *label* says how a passenger comes to be somewhere: off a trip of a pattern, boarded at one of its
stops and left at another, perhaps over a link; and by which label before. Labels are only ever
added, so every journey that was found stays readable. A *layer* counts the places to go via that
were passed already.

Source: Delling, Pajor, Werneck, 2012: RAPTOR, and rRAPTOR for the departures of a period.
"""

import numpy as np
from numba import njit

NEVER = 32_000
NOWHERE = -1
"""No station: a search for it goes everywhere."""
LABEL = 8
BEFORE, PATTERN, TRIP, BOARDED, LEFT, LINK, BEGINS, STATION = range(LABEL)
"""The numbers of a label; -1 for none. *BEGINS* is the minute asked for, of a first label."""
FOUND = 4
BEGUN, TRAINS, ARRIVES, AT = range(FOUND)
"""The numbers of what was found: minute asked for, trains, arrival, and the label there."""
TRAIT = 3
DEPARTS, SPARE, TRIPS = range(TRAIT)
"""What tells alternatives apart: when one leaves, the least time to spare, a mark of the trips."""

_ARRAYS = (
    "i2[::1],i4[::1],i4[::1],i2[::1],i4[::1],i4[::1],i4[::1],b1[::1],b1[::1],i4[::1],i4[::1],"
    "i2[::1],i2[::1],i4[::1],i4[::1],i4[::1],i4[::1],i4[::1],i2[::1],i4[::1],i2[::1],i2[::1]"
)


@njit("i4[:,::1](i4[:,::1])", cache=True, nogil=True)
def _grown(rows):  # type: ignore[no-untyped-def]
    """Return *rows* with room for as many more."""
    more = np.empty((2 * rows.shape[0], rows.shape[1]), np.int32)
    more[: rows.shape[0]] = rows
    return more


@njit("i4(i4,i4,i4[::1],i2[::1],i2[::1])", cache=True, nogil=True)
def link_start(link, ready, window_start, window_from, window_to):  # type: ignore[no-untyped-def]
    """Return the first minute from *ready* on at which *link* may be started, or `NEVER`."""
    for window in range(window_start[link], window_start[link + 1]):
        if ready <= window_to[window]:
            return max(ready, np.int32(window_from[window]))
    return np.int32(NEVER)


@njit("i4(i4,i4,i4[::1],i2[::1],i2[::1])", cache=True, nogil=True)
def link_last_start(link, latest, window_start, window_from, window_to):  # type: ignore[no-untyped-def]
    """Return the last minute up to *latest* at which *link* may be started, or `-NEVER`."""
    start = np.int32(-NEVER)
    for window in range(window_start[link], window_start[link + 1]):
        if window_from[window] <= latest:
            start = min(latest, np.int32(window_to[window]))
    return start


@njit(
    "i4[::1](i4,i4,i4,i2[::1],i4[::1],i4[::1],i4[::1],i4[::1],i2[::1],i4[::1],i4[::1],i4[::1],"
    "i4[::1],i4[::1],i2[::1],i4[::1],i2[::1],i2[::1])",
    cache=True,
    nogil=True,
)
def departures(  # type: ignore[no-untyped-def]
    origin, first, last,
    change_min, slot_start, stop_start, event_start, trip_start, departure, slot_pattern_start,
    slot_pattern, slot_position, link_start_of, link_to, link_min, window_start, window_from,
    window_to,
):  # fmt: skip
    """Return the minutes from *first* to *last* worth leaving *origin* at, descending.

    They are those at which a train leaves, or at which one has to start walking for one.
    """
    worth = np.zeros(max(last - first + 1, 0), np.bool_)
    for way in range(link_start_of[origin] - 1, link_start_of[origin + 1]):
        walks = way >= link_start_of[origin]
        station = link_to[way] if walks else origin
        takes = np.int32(link_min[way]) + change_min[station] if walks else np.int32(0)
        for slot in range(slot_start[station], slot_start[station + 1]):
            for place in range(slot_pattern_start[slot], slot_pattern_start[slot + 1]):
                pattern = slot_pattern[place]
                size = stop_start[pattern + 1] - stop_start[pattern]
                event = event_start[pattern] + slot_position[place]
                for _ in range(trip_start[pattern + 1] - trip_start[pattern]):
                    leaves = np.int32(departure[event]) - takes
                    event += size
                    if walks:
                        leaves = link_last_start(way, leaves, window_start, window_from, window_to)
                    if first <= leaves <= last:
                        worth[leaves - first] = True
        if walks:
            for window in range(window_start[way], window_start[way + 1]):
                # The walk itself may be the whole journey.
                if first <= window_from[window] <= last:
                    worth[window_from[window] - first] = True
                if window_from[window] <= last and first <= window_to[window]:
                    worth[min(last, np.int32(window_to[window])) - first] = True
    found = np.flatnonzero(worth)[::-1] + first
    return found.astype(np.int32)


@njit(
    f"Tuple((i4[:,::1],i4[:,::1],i4[:,:,::1]))(i4[::1],i4,i4,i4,i4,i4,b1[::1],i4[::1],{_ARRAYS})",
    cache=True,
    nogil=True,
)
def search(  # type: ignore[no-untyped-def]
    begins, origin, target, most_trains, bound, extra, avoided, via,
    change_min, slot_start, change_start, change, stop_start, stop_slot, stop_station, may_board,
    may_alight, event_start, trip_start, arrival, departure, slot_pattern_start, slot_pattern,
    slot_position, link_start_of, link_to, link_min, window_start, window_from, window_to,
):  # fmt: skip
    """Return what was found, (n, FOUND), the labels, (m, LABEL), and when one may board.

    That is the earliest minute at which one is ready to, with at most so many trains before, in
    each layer, at each slot: (most_trains + 1, layers, slots).

    For each minute of *begins* (descending) and each number of trains up to *most_trains*, the
    earliest arrival at *target*, no later than *bound*, if it is earlier than with fewer trains and
    than by leaving later. *extra* minutes are added to every change. Trains may not be at stations
    that are *avoided* (S); they have to pass those of *via*, in this order.
    """
    stations = change_min.shape[0]
    slots = slot_start[stations]
    patterns = event_start.shape[0]
    goals = via.shape[0]
    layers = goals + 1
    rounds = most_trains + 1

    # The earliest minute at which one is ready to board, with at most so many trains; its label.
    ready = np.full((rounds, layers, slots), NEVER, np.int32)
    ready_label = np.full((rounds, layers, slots), -1, np.int32)
    # The earliest arrival by train, from which links may be walked.
    alighted = np.full((rounds, layers, stations), NEVER, np.int32)
    goal = np.full(rounds, bound + 1, np.int32)

    labels = np.empty((4096, LABEL), np.int32)
    used = 0
    found = np.empty((256, FOUND), np.int32)
    results = 0

    marked = np.zeros((layers, slots), np.bool_)
    boarding = np.empty(layers * slots, np.int32)
    boards = 0
    walked = np.zeros((layers, stations), np.bool_)
    walking = np.empty(layers * stations, np.int32)
    walking_label = np.full((layers, stations), -1, np.int32)
    earliest_stop = np.full(patterns, -1, np.int32)
    queue = np.empty(patterns, np.int32)

    trip_of = np.empty(layers, np.int32)
    boarded_at = np.empty(layers, np.int32)
    boarded_by = np.empty(layers, np.int32)
    goal_label = -1

    for number in range(begins.shape[0]):
        begin = begins[number]
        walks = 0
        boards = 0

        # Round 0: at the origin, or over a link from it.
        labels[used, :] = -1
        labels[used, BEGINS] = begin
        labels[used, STATION] = origin
        root = used
        used += 1
        for slot in range(slot_start[origin], slot_start[origin + 1]):
            if begin < ready[0, 0, slot]:
                for later in range(rounds):
                    if begin < ready[later, 0, slot]:
                        ready[later, 0, slot] = begin
                        ready_label[later, 0, slot] = root
                marked[0, slot] = True
                boarding[boards] = slot
                boards += 1
        walked[0, origin] = True
        walking[0] = origin
        walking_label[0, origin] = root
        walks = 1

        for rides in range(rounds):
            if rides > 0:
                # Collect the patterns that may be boarded, from the first stop on.
                queued = 0
                for index in range(boards):
                    layer = boarding[index] // slots
                    slot = boarding[index] - layer * slots
                    marked[layer, slot] = False
                    for place in range(slot_pattern_start[slot], slot_pattern_start[slot + 1]):
                        pattern = slot_pattern[place]
                        if earliest_stop[pattern] < 0:
                            queue[queued] = pattern
                            queued += 1
                            earliest_stop[pattern] = slot_position[place]
                        elif slot_position[place] < earliest_stop[pattern]:
                            earliest_stop[pattern] = slot_position[place]
                boards = 0
                walks = 0

                for index in range(queued):
                    pattern = queue[index]
                    begin_stop = stop_start[pattern]
                    size = stop_start[pattern + 1] - begin_stop
                    event = event_start[pattern]
                    trips = trip_start[pattern + 1] - trip_start[pattern]
                    start = earliest_stop[pattern]
                    earliest_stop[pattern] = -1
                    for layer in range(layers):
                        trip_of[layer] = trips
                    aboard = False
                    for position in range(start, size):
                        stop = begin_stop + position
                        station = stop_station[stop]
                        if avoided[station]:
                            for layer in range(layers):
                                trip_of[layer] = trips
                            aboard = False
                            continue
                        if aboard:
                            for layer in range(goals - 1, -1, -1):
                                if via[layer] == station and trip_of[layer] < trip_of[layer + 1]:
                                    trip_of[layer + 1] = trip_of[layer]
                                    boarded_at[layer + 1] = boarded_at[layer]
                                    boarded_by[layer + 1] = boarded_by[layer]
                        if aboard and may_alight[stop]:
                            slot = stop_slot[stop]
                            first_slot = slot_start[station]
                            many = slot_start[station + 1] - first_slot
                            for layer in range(layers):
                                trip = trip_of[layer]
                                if trip == trips:
                                    continue
                                arrives = np.int32(arrival[event + trip * size + position])
                                if arrives >= goal[rides]:
                                    continue
                                made = -1
                                if arrives < alighted[rides, layer, station]:
                                    if used == labels.shape[0]:
                                        labels = _grown(labels)
                                    made = used
                                    used += 1
                                    if not walked[layer, station]:
                                        walked[layer, station] = True
                                        walking[walks] = layer * stations + station
                                        walks += 1
                                    walking_label[layer, station] = made
                                    for later in range(rides, rounds):
                                        if arrives < alighted[later, layer, station]:
                                            alighted[later, layer, station] = arrives
                                    if station == target and layer == goals:
                                        goal_label = made
                                        for later in range(rides, rounds):
                                            if arrives < goal[later]:
                                                goal[later] = arrives
                                table = change_start[station] + (slot - first_slot) * many
                                for other in range(many):
                                    can = arrives + change[table + other] + extra
                                    into = first_slot + other
                                    if can < ready[rides, layer, into]:
                                        if made < 0:
                                            if used == labels.shape[0]:
                                                labels = _grown(labels)
                                            made = used
                                            used += 1
                                        for later in range(rides, rounds):
                                            if can < ready[later, layer, into]:
                                                ready[later, layer, into] = can
                                                ready_label[later, layer, into] = made
                                        if not marked[layer, into]:
                                            marked[layer, into] = True
                                            boarding[boards] = layer * slots + into
                                            boards += 1
                                if made >= 0:
                                    label = labels[made]
                                    label[BEFORE] = boarded_by[layer]
                                    label[PATTERN] = pattern
                                    label[TRIP] = trip
                                    label[BOARDED] = boarded_at[layer]
                                    label[LEFT] = position
                                    label[LINK] = -1
                                    label[BEGINS] = -1
                                    label[STATION] = station
                        if may_board[stop] and position < size - 1:
                            slot = stop_slot[stop]
                            for layer in range(layers):
                                can = ready[rides - 1, layer, slot]
                                if can == NEVER:
                                    continue
                                trip = trip_of[layer]
                                if trip == 0 or (
                                    trip < trips
                                    and departure[event + (trip - 1) * size + position] < can
                                ):
                                    continue
                                low, high = 0, trip
                                while low < high:
                                    middle = (low + high) // 2
                                    if departure[event + middle * size + position] < can:
                                        low = middle + 1
                                    else:
                                        high = middle
                                if low < trip:
                                    trip_of[layer] = low
                                    boarded_at[layer] = position
                                    boarded_by[layer] = ready_label[rides - 1, layer, slot]
                                    aboard = True

            # Links: from where a train was left in this round, or from the origin.
            for index in range(walks):
                layer = walking[index] // stations
                station = walking[index] - layer * stations
                walked[layer, station] = False
                before = walking_label[layer, station]
                if rides == 0:
                    leaves = begin
                else:
                    leaves = alighted[rides, layer, station] + change_min[station]
                for link in range(link_start_of[station], link_start_of[station + 1]):
                    reached = link_to[link]
                    if avoided[reached]:
                        continue
                    starts = link_start(link, leaves, window_start, window_from, window_to)
                    if starts == NEVER:
                        continue
                    ends = starts + link_min[link]
                    onto = layer
                    if onto < goals and via[onto] == reached:
                        onto += 1
                    at_target = reached == target and onto == goals and ends < goal[rides]
                    can = ends + change_min[reached]
                    if rides > 0:
                        # Waiting for the link counts towards the extra minutes.
                        can = max(can, leaves + link_min[link] + change_min[reached] + extra)
                    made = -1
                    for into in range(slot_start[reached], slot_start[reached + 1]):
                        if can < ready[rides, onto, into] and ends < goal[rides]:
                            if made < 0:
                                if used == labels.shape[0]:
                                    labels = _grown(labels)
                                made = used
                                used += 1
                            for later in range(rides, rounds):
                                if can < ready[later, onto, into]:
                                    ready[later, onto, into] = can
                                    ready_label[later, onto, into] = made
                            if not marked[onto, into]:
                                marked[onto, into] = True
                                boarding[boards] = onto * slots + into
                                boards += 1
                    if at_target and made < 0:
                        if used == labels.shape[0]:
                            labels = _grown(labels)
                        made = used
                        used += 1
                    if made >= 0:
                        label = labels[made]
                        label[BEFORE] = before
                        label[PATTERN] = -1
                        label[TRIP] = -1
                        label[BOARDED] = -1
                        label[LEFT] = -1
                        label[LINK] = link
                        label[BEGINS] = -1
                        label[STATION] = reached
                    if at_target:
                        for later in range(rides, rounds):
                            if ends < goal[later]:
                                goal[later] = ends
                        goal_label = made

            if goal_label >= 0:
                if results == found.shape[0]:
                    found = _grown(found)
                found[results, BEGUN] = begin
                found[results, TRAINS] = rides
                found[results, ARRIVES] = goal[rides]
                found[results, AT] = goal_label
                results += 1
                goal_label = -1
            if boards == 0:
                break
        # Labels that were not taken up again are of no use to an earlier departure.
        for index in range(boards):
            layer = boarding[index] // slots
            marked[layer, boarding[index] - layer * slots] = False
        if used + 4 >= labels.shape[0]:
            labels = _grown(labels)
    return found[:results].copy(), labels[:used].copy(), ready


@njit(
    "Tuple((i4[:,::1],i4[:,::1],i8[:,::1]))(i4,i4,i4,i4,i4,i4,i4,i4,b1[::1],i4[:,:,::1],"
    f"{_ARRAYS})",
    cache=True,
    nogil=True,
)
def alternatives(  # type: ignore[no-untyped-def]
    origin, target, first, last, most_trains, extra, trips_each, most, avoided, still,
    change_min, slot_start, change_start, change, stop_start, stop_slot, stop_station, may_board,
    may_alight, event_start, trip_start, arrival, departure, slot_pattern_start, slot_pattern,
    slot_position, link_start_of, link_to, link_min, window_start, window_from, window_to,
):  # fmt: skip
    """Return journeys and labels as `search` does: all of them, however idle, up to bounds.

    The third array, (m, TRAIT), goes with the labels.

    They leave *origin* from *first* to *last* and may still reach *target* in time: *still* is what
    `search` says of the network backwards. After a change the next *trips_each* trips of each
    pattern are taken; at most *most* labels are made.
    """
    labels = np.empty((4096, LABEL), np.int32)
    ready = np.empty(4096, np.int32)  # when one is off a train there, or over the link
    came = np.empty(4096, np.int32)  # the slot arrived at; -1 over a link or at the origin
    traits = np.empty((4096, TRAIT), np.int64)
    found = np.empty((256, FOUND), np.int32)
    results = 0
    labels[0, :] = -1
    labels[0, BEGINS] = first
    labels[0, STATION] = origin
    ready[0] = first
    came[0] = -1
    traits[0, DEPARTS] = first
    traits[0, SPARE] = NEVER
    traits[0, TRIPS] = 0
    used = 1
    begin = 0
    for rides in range(most_trains + 1):
        # Links from where a train was left, or from the origin.
        end = used
        for label in range(begin, end):
            station = labels[label, STATION]
            if station == target:
                continue
            leaves = ready[label]
            if rides > 0:
                leaves += change_min[station]
            for link in range(link_start_of[station], link_start_of[station + 1]):
                reached = link_to[link]
                starts = link_start(link, leaves, window_start, window_from, window_to)
                if (
                    avoided[reached]
                    or reached == origin
                    or starts == NEVER
                    or (rides == 0 and starts > last)
                ):
                    continue
                ends = starts + link_min[link]
                if reached != target:
                    if rides == most_trains:
                        continue
                    worth = False
                    for slot in range(slot_start[reached], slot_start[reached + 1]):
                        # Of the extra minutes a link takes none, or those one waits for it.
                        worth = worth or ends - extra <= -still[most_trains - rides, 0, slot]
                    if not worth:
                        continue
                if used == labels.shape[0]:
                    labels = _grown(labels)
                    ready = np.concatenate((ready, ready))
                    came = np.concatenate((came, came))
                    traits = np.concatenate((traits, traits))
                labels[used, :] = -1
                labels[used, BEFORE] = label
                labels[used, LINK] = link
                labels[used, STATION] = reached
                ready[used] = ends
                came[used] = -1
                traits[used] = traits[label]
                if rides == 0:
                    traits[used, DEPARTS] = starts
                if reached == target:
                    if results == found.shape[0]:
                        found = _grown(found)
                    found[results, BEGUN] = first
                    found[results, TRAINS] = rides
                    found[results, ARRIVES] = ends
                    found[results, AT] = used
                    results += 1
                used += 1
        if rides == most_trains:
            break
        # Trains from there.
        end = used
        for label in range(begin, end):
            station = labels[label, STATION]
            if station == target or used >= most:
                continue
            first_slot = slot_start[station]
            many = slot_start[station + 1] - first_slot
            for slot in range(first_slot, first_slot + many):
                takes = np.int32(change_min[station])
                if came[label] >= 0:
                    row = came[label] - first_slot
                    takes = np.int32(change[change_start[station] + row * many + slot - first_slot])
                takes += extra
                if rides == 0:
                    takes = np.int32(0 if labels[label, BEFORE] < 0 else change_min[station])
                can = ready[label] + takes
                if rides > 0 and labels[label, LINK] >= 0:
                    # Waiting for the link counts towards the extra minutes.
                    before = labels[label, BEFORE]
                    can = ready[before] + change_min[labels[before, STATION]] + takes
                    can += link_min[labels[label, LINK]]
                    can = max(can, ready[label] + change_min[station])
                for place in range(slot_pattern_start[slot], slot_pattern_start[slot + 1]):
                    pattern = slot_pattern[place]
                    position = slot_position[place]
                    size = stop_start[pattern + 1] - stop_start[pattern]
                    event = event_start[pattern]
                    trips = trip_start[pattern + 1] - trip_start[pattern]
                    low, high = 0, trips
                    while low < high:
                        middle = (low + high) // 2
                        if departure[event + middle * size + position] < can:
                            low = middle + 1
                        else:
                            high = middle
                    upto = min(trips, low + trips_each)
                    if rides == 0:
                        upto = trips
                    for trip in range(low, upto):
                        row_of = event + trip * size
                        leaves = np.int32(departure[row_of + position])
                        departs = leaves
                        if rides == 0 and labels[label, LINK] >= 0:
                            # A walk to the first train starts as late as it may.
                            departs = link_last_start(
                                labels[label, LINK],
                                leaves - takes - link_min[labels[label, LINK]],
                                window_start,
                                window_from,
                                window_to,
                            )
                        if rides == 0 and departs > last:
                            break
                        if trip == labels[label, TRIP] and pattern == labels[label, PATTERN]:
                            continue
                        for later in range(position + 1, size):
                            stop = stop_start[pattern] + later
                            there = stop_station[stop]
                            if avoided[there] or used >= most:
                                break
                            arrives = np.int32(arrival[row_of + later])
                            into = stop_slot[stop]
                            left = most_trains - rides - 1
                            if not may_alight[stop] or there == origin:
                                continue
                            # Without trains left it may still be a link that leads there.
                            if arrives > -still[0 if there == target else left, 0, into]:
                                continue
                            if used == labels.shape[0]:
                                labels = _grown(labels)
                                ready = np.concatenate((ready, ready))
                                came = np.concatenate((came, came))
                                traits = np.concatenate((traits, traits))
                            labels[used, BEFORE] = label
                            labels[used, PATTERN] = pattern
                            labels[used, TRIP] = trip
                            labels[used, BOARDED] = position
                            labels[used, LEFT] = later
                            labels[used, LINK] = -1
                            labels[used, BEGINS] = -1
                            labels[used, STATION] = there
                            ready[used] = arrives
                            came[used] = into
                            spare = traits[label, SPARE]
                            traits[used, DEPARTS] = departs
                            if rides > 0:
                                traits[used, DEPARTS] = traits[label, DEPARTS]
                                spare = min(spare, np.int64(leaves - can))
                            traits[used, SPARE] = spare
                            traits[used, TRIPS] = (
                                traits[label, TRIPS] * 1_000_003 + trip_start[pattern] + trip + 1
                            )
                            if there == target:
                                if results == found.shape[0]:
                                    found = _grown(found)
                                found[results, BEGUN] = first
                                found[results, TRAINS] = rides + 1
                                found[results, ARRIVES] = arrives
                                found[results, AT] = used
                                results += 1
                            used += 1
        begin = end
    return found[:results].copy(), labels[:used].copy(), traits[:used].copy()
